CREATE TABLE alembic_version ( version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num) );

CREATE TABLE absences ( person VARCHAR NOT NULL, PRIMARY KEY (person) );

CREATE TABLE conversations ( id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, workspace VARCHAR NOT NULL, channel VARCHAR NOT NULL, thread VARCHAR, direct BOOLEAN NOT NULL, contact VARCHAR NOT NULL, contact_name VARCHAR NOT NULL, contact_avatar VARCHAR NOT NULL, mode VARCHAR NOT NULL, epoch INTEGER NOT NULL, answers INTEGER NOT NULL, agent_after INTEGER NOT NULL, started_at DATETIME NOT NULL, last_message_at DATETIME NOT NULL, takeover_by VARCHAR, takeover_until DATETIME , language VARCHAR DEFAULT '' NOT NULL);

CREATE INDEX conversations_active ON conversations (last_message_at) WHERE mode <> 'ticket';

CREATE INDEX conversations_contact ON conversations (contact, workspace, channel, last_message_at);

CREATE INDEX conversations_place ON conversations (workspace, channel, thread);

CREATE INDEX conversations_takeover ON conversations (takeover_until) WHERE takeover_until IS NOT NULL;

CREATE TABLE counters ( name VARCHAR NOT NULL, value INTEGER NOT NULL, PRIMARY KEY (name) );

CREATE TABLE desk ( id INTEGER NOT NULL, version INTEGER NOT NULL, document JSON NOT NULL, PRIMARY KEY (id) );

CREATE TABLE destinations ( workspace VARCHAR NOT NULL, channel VARCHAR NOT NULL, paused_until DATETIME NOT NULL, PRIMARY KEY (workspace, channel) );

CREATE TABLE lanes ( id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, kind VARCHAR NOT NULL, ref INTEGER NOT NULL, workspace VARCHAR NOT NULL, channel VARCHAR NOT NULL, owner VARCHAR, leased_until DATETIME, due_at DATETIME, suspended VARCHAR NOT NULL, failures INTEGER NOT NULL, CONSTRAINT lanes_kind_ref UNIQUE (kind, ref) );

CREATE INDEX lanes_due ON lanes (due_at) WHERE due_at IS NOT NULL;

CREATE INDEX lanes_held ON lanes (leased_until) WHERE owner IS NOT NULL;

CREATE INDEX lanes_suspended ON lanes (id) WHERE suspended <> '';

CREATE TABLE memberships ( "group" VARCHAR NOT NULL, person VARCHAR NOT NULL, PRIMARY KEY ("group", person) );

CREATE INDEX ix_memberships_person ON memberships (person);

CREATE TABLE meta ( "key" VARCHAR NOT NULL, value VARCHAR NOT NULL, PRIMARY KEY ("key") );

CREATE TABLE parked ( id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, workspace VARCHAR NOT NULL, channel VARCHAR NOT NULL, inbound VARCHAR NOT NULL );

CREATE INDEX parked_place ON parked (workspace, channel, id);

CREATE TABLE people ( id VARCHAR NOT NULL, name VARCHAR NOT NULL, avatar VARCHAR NOT NULL, groups JSON NOT NULL, folded VARCHAR NOT NULL, PRIMARY KEY (id) );

CREATE INDEX ix_people_folded ON people (folded);

CREATE TABLE posts ( id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, workspace VARCHAR NOT NULL, channel VARCHAR NOT NULL, thread VARCHAR, author VARCHAR NOT NULL, content JSON NOT NULL, "key" VARCHAR NOT NULL, at DATETIME NOT NULL, edited BOOLEAN NOT NULL, deleted BOOLEAN NOT NULL, CONSTRAINT posts_key UNIQUE ("key") );

CREATE INDEX posts_place ON posts (workspace, channel, thread, id);

CREATE TABLE seen ( digest BLOB NOT NULL, PRIMARY KEY (digest) );

CREATE TABLE sources ( id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, workspace VARCHAR NOT NULL, channel VARCHAR NOT NULL, thread VARCHAR NOT NULL, mark VARCHAR NOT NULL, catching_up BOOLEAN NOT NULL, compared VARCHAR DEFAULT '' NOT NULL, CONSTRAINT sources_place UNIQUE (workspace, channel, thread) );

CREATE TABLE copies ( id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, lane_id INTEGER NOT NULL, subject VARCHAR NOT NULL, workspace VARCHAR NOT NULL, channel VARCHAR NOT NULL, thread VARCHAR, platform_id VARCHAR NOT NULL, digest VARCHAR NOT NULL, deleted BOOLEAN NOT NULL, FOREIGN KEY(lane_id) REFERENCES lanes (id), CONSTRAINT copies_lane_subject UNIQUE (lane_id, subject) );

CREATE INDEX copies_place ON copies (workspace, channel, platform_id);

CREATE TABLE effects ( id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, lane_id INTEGER NOT NULL, subject VARCHAR NOT NULL, "key" VARCHAR NOT NULL, state VARCHAR NOT NULL, order_at DATETIME NOT NULL, due_at DATETIME NOT NULL, created_at DATETIME NOT NULL, epoch INTEGER, attempts INTEGER NOT NULL, attempted_at DATETIME, uncertain BOOLEAN NOT NULL, progress JSON NOT NULL, problem VARCHAR NOT NULL, finished_at DATETIME, FOREIGN KEY(lane_id) REFERENCES lanes (id), CONSTRAINT effects_key UNIQUE ("key") );

CREATE INDEX effects_dead ON effects (lane_id, id) WHERE state = 'dead';

CREATE INDEX effects_live ON effects (lane_id, order_at, id) WHERE state IN ('pending', 'sending');

CREATE INDEX effects_not_done ON effects (state) WHERE state <> 'done';

CREATE INDEX effects_waiting ON effects (created_at) WHERE state IN ('pending', 'sending');

CREATE TABLE tickets ( number INTEGER NOT NULL, conversation_id INTEGER NOT NULL, status VARCHAR NOT NULL, priority VARCHAR NOT NULL, team VARCHAR NOT NULL, assigned VARCHAR, holder VARCHAR, last_holder VARCHAR, signal VARCHAR NOT NULL, rule VARCHAR NOT NULL, reason VARCHAR NOT NULL, opened_at DATETIME NOT NULL, restarted_at DATETIME NOT NULL, waiting_since DATETIME, due_at DATETIME, first_claimed_at DATETIME, first_replied_at DATETIME, last_reply_id INTEGER, reply_delivered_at DATETIME, warning_id INTEGER, warned_at DATETIME, inactivity_at DATETIME, closed_at DATETIME, closed_by VARCHAR, close_reason VARCHAR NOT NULL, resolution FLOAT, reopened INTEGER NOT NULL, reopen_offered_at DATETIME, previous INTEGER, practice BOOLEAN DEFAULT 0 NOT NULL, due_clock VARCHAR, sla_at DATETIME, terms VARCHAR DEFAULT '' NOT NULL, response_since DATETIME, response_spent FLOAT DEFAULT 0 NOT NULL, response_alert VARCHAR DEFAULT '' NOT NULL, resolution_since DATETIME, resolution_spent FLOAT DEFAULT 0 NOT NULL, resolution_alert VARCHAR DEFAULT '' NOT NULL, first_response FLOAT, first_response_late BOOLEAN DEFAULT false NOT NULL, next_responses INTEGER DEFAULT 0 NOT NULL, next_responses_late INTEGER DEFAULT 0 NOT NULL, resolution_business FLOAT, resolution_late BOOLEAN DEFAULT false NOT NULL, unclaimed_since DATETIME, reminded INTEGER DEFAULT '0' NOT NULL, reminded_at DATETIME, ladder_at DATETIME, rating INTEGER, rating_ask_id INTEGER, held_since DATETIME, PRIMARY KEY (number), FOREIGN KEY(conversation_id) REFERENCES conversations (id) );

CREATE INDEX tickets_conversation ON tickets (conversation_id);

CREATE INDEX tickets_inactivity ON tickets (inactivity_at) WHERE inactivity_at IS NOT NULL;

CREATE UNIQUE INDEX tickets_one_open ON tickets (conversation_id) WHERE status <> 'closed';

CREATE INDEX tickets_queue ON tickets (team, due_at) WHERE status <> 'closed';

CREATE TABLE messages ( id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, conversation_id INTEGER NOT NULL, ticket_number INTEGER, author VARCHAR NOT NULL, author_id VARCHAR NOT NULL, author_name VARCHAR NOT NULL, author_avatar VARCHAR NOT NULL, text VARCHAR NOT NULL, attachments JSON NOT NULL, at DATETIME NOT NULL, epoch INTEGER NOT NULL, reply_to INTEGER, source_id VARCHAR, intro VARCHAR NOT NULL, delivery VARCHAR, delivered_at DATETIME, slow BOOLEAN NOT NULL, problem VARCHAR NOT NULL, sentiment FLOAT, edited_at DATETIME, edited_after_reply BOOLEAN NOT NULL, deleted_at DATETIME, source_edited_at DATETIME, FOREIGN KEY(conversation_id) REFERENCES conversations (id), FOREIGN KEY(ticket_number) REFERENCES tickets (number) );

CREATE INDEX messages_conversation ON messages (conversation_id, id);

CREATE INDEX messages_pending ON messages (at) WHERE delivery = 'pending';

CREATE INDEX messages_source ON messages (source_id) WHERE source_id IS NOT NULL;

CREATE TABLE notes ( id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, conversation_id INTEGER NOT NULL, ticket_number INTEGER, author_id VARCHAR NOT NULL, author_name VARCHAR NOT NULL, text VARCHAR NOT NULL, attachments JSON NOT NULL, at DATETIME NOT NULL, source_id VARCHAR, thread_id INTEGER, deleted_at DATETIME, source_edited_at DATETIME, FOREIGN KEY(conversation_id) REFERENCES conversations (id), FOREIGN KEY(ticket_number) REFERENCES tickets (number) );

CREATE INDEX notes_conversation ON notes (conversation_id, id);

CREATE TABLE summaries ( id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, ticket_number INTEGER NOT NULL, reason JSON NOT NULL, topics JSON NOT NULL, last_action JSON, wants JSON, sentiment VARCHAR NOT NULL, language VARCHAR NOT NULL, "by" VARCHAR NOT NULL, at DATETIME NOT NULL, FOREIGN KEY(ticket_number) REFERENCES tickets (number) );

CREATE INDEX summaries_ticket ON summaries (ticket_number, id);

CREATE TABLE threads ( id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, conversation_id INTEGER NOT NULL, ticket_number INTEGER, team VARCHAR NOT NULL, workspace VARCHAR NOT NULL, channel VARCHAR NOT NULL, anchor VARCHAR, link VARCHAR NOT NULL, opened_at DATETIME NOT NULL, history_to INTEGER NOT NULL, cut_off BOOLEAN NOT NULL, predecessor_id INTEGER, FOREIGN KEY(conversation_id) REFERENCES conversations (id), FOREIGN KEY(predecessor_id) REFERENCES threads (id), FOREIGN KEY(ticket_number) REFERENCES tickets (number) );

CREATE INDEX threads_anchor ON threads (workspace, channel, anchor);

CREATE INDEX threads_conversation ON threads (conversation_id);

CREATE INDEX threads_ticket ON threads (ticket_number);

CREATE TABLE events ( id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, at DATETIME NOT NULL, kind VARCHAR NOT NULL, actor VARCHAR NOT NULL, conversation_id INTEGER, ticket_number INTEGER, thread_id INTEGER, line VARCHAR NOT NULL, data JSON NOT NULL, bare BOOLEAN DEFAULT 0 NOT NULL, FOREIGN KEY(conversation_id) REFERENCES conversations (id), FOREIGN KEY(thread_id) REFERENCES threads (id), FOREIGN KEY(ticket_number) REFERENCES tickets (number) );

CREATE INDEX events_ticket ON events (ticket_number, id);

CREATE TABLE revisions ( id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, message_id INTEGER NOT NULL, text VARCHAR NOT NULL, at DATETIME NOT NULL, FOREIGN KEY(message_id) REFERENCES messages (id) );

CREATE INDEX revisions_message ON revisions (message_id, id);

CREATE INDEX tickets_practice ON tickets (number) WHERE practice AND status <> 'closed';

CREATE TABLE tags ( id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, ticket_number INTEGER NOT NULL, tag VARCHAR NOT NULL, FOREIGN KEY(ticket_number) REFERENCES tickets (number), CONSTRAINT tags_ticket_tag UNIQUE (ticket_number, tag) );

CREATE INDEX tags_tag ON tags (tag, ticket_number);

CREATE TABLE blocks ( contact VARCHAR NOT NULL, name VARCHAR NOT NULL, "by" VARCHAR NOT NULL, at DATETIME NOT NULL, reason VARCHAR NOT NULL, kept_out INTEGER NOT NULL, PRIMARY KEY (contact) );

CREATE VIRTUAL TABLE search_words USING fts5(words, content='', tokenize='unicode61 remove_diacritics 2');

CREATE TRIGGER search_messages_insert AFTER INSERT ON messages BEGIN INSERT INTO search_words(rowid, words) VALUES (281474976710656 + new.id, new.text); END;

CREATE TRIGGER search_messages_update AFTER UPDATE OF text ON messages WHEN old.text IS NOT new.text BEGIN INSERT INTO search_words(search_words, rowid, words) VALUES ('delete', 281474976710656 + old.id, old.text); INSERT INTO search_words(rowid, words) VALUES (281474976710656 + new.id, new.text); END;

CREATE TRIGGER search_messages_delete AFTER DELETE ON messages BEGIN INSERT INTO search_words(search_words, rowid, words) VALUES ('delete', 281474976710656 + old.id, old.text); END;

CREATE TRIGGER search_notes_insert AFTER INSERT ON notes BEGIN INSERT INTO search_words(rowid, words) VALUES (562949953421312 + new.id, new.text); END;

CREATE TRIGGER search_notes_update AFTER UPDATE OF text ON notes WHEN old.text IS NOT new.text BEGIN INSERT INTO search_words(search_words, rowid, words) VALUES ('delete', 562949953421312 + old.id, old.text); INSERT INTO search_words(rowid, words) VALUES (562949953421312 + new.id, new.text); END;

CREATE TRIGGER search_notes_delete AFTER DELETE ON notes BEGIN INSERT INTO search_words(search_words, rowid, words) VALUES ('delete', 562949953421312 + old.id, old.text); END;

CREATE TRIGGER search_tickets_insert AFTER INSERT ON tickets BEGIN INSERT INTO search_words(rowid, words) VALUES (844424930131968 + new.number, new.reason || ' ' || new.close_reason); END;

CREATE TRIGGER search_tickets_update AFTER UPDATE OF reason, close_reason ON tickets WHEN old.reason || ' ' || old.close_reason IS NOT new.reason || ' ' || new.close_reason BEGIN INSERT INTO search_words(search_words, rowid, words) VALUES ('delete', 844424930131968 + old.number, old.reason || ' ' || old.close_reason); INSERT INTO search_words(rowid, words) VALUES (844424930131968 + new.number, new.reason || ' ' || new.close_reason); END;

CREATE TRIGGER search_tickets_delete AFTER DELETE ON tickets BEGIN INSERT INTO search_words(search_words, rowid, words) VALUES ('delete', 844424930131968 + old.number, old.reason || ' ' || old.close_reason); END;

CREATE TRIGGER search_tags_insert AFTER INSERT ON tags BEGIN INSERT INTO search_words(rowid, words) VALUES (1125899906842624 + new.id, new.tag); END;

CREATE TRIGGER search_tags_update AFTER UPDATE OF tag ON tags WHEN old.tag IS NOT new.tag BEGIN INSERT INTO search_words(search_words, rowid, words) VALUES ('delete', 1125899906842624 + old.id, old.tag); INSERT INTO search_words(rowid, words) VALUES (1125899906842624 + new.id, new.tag); END;

CREATE TRIGGER search_tags_delete AFTER DELETE ON tags BEGIN INSERT INTO search_words(search_words, rowid, words) VALUES ('delete', 1125899906842624 + old.id, old.tag); END;

CREATE TRIGGER search_conversations_insert AFTER INSERT ON conversations BEGIN INSERT INTO search_words(rowid, words) VALUES (1407374883553280 + new.id, new.contact_name); END;

CREATE TRIGGER search_conversations_update AFTER UPDATE OF contact_name ON conversations WHEN old.contact_name IS NOT new.contact_name BEGIN INSERT INTO search_words(search_words, rowid, words) VALUES ('delete', 1407374883553280 + old.id, old.contact_name); INSERT INTO search_words(rowid, words) VALUES (1407374883553280 + new.id, new.contact_name); END;

CREATE TRIGGER search_conversations_delete AFTER DELETE ON conversations BEGIN INSERT INTO search_words(search_words, rowid, words) VALUES ('delete', 1407374883553280 + old.id, old.contact_name); END;

CREATE INDEX notes_source ON notes (source_id) WHERE source_id IS NOT NULL;

CREATE INDEX notes_thread ON notes (thread_id, id) WHERE thread_id IS NOT NULL;

CREATE TABLE erasures ( id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, digest VARCHAR NOT NULL, "by" VARCHAR NOT NULL, at DATETIME NOT NULL, progress VARCHAR NOT NULL, extent JSON NOT NULL, files JSON NOT NULL, lanes JSON NOT NULL, scrubbed BOOLEAN NOT NULL, remnants JSON NOT NULL, finished_at DATETIME );

CREATE TABLE apicalls ( "key" VARCHAR NOT NULL, body VARCHAR NOT NULL, made INTEGER NOT NULL, at DATETIME NOT NULL, PRIMARY KEY ("key") );

CREATE INDEX apicalls_at ON apicalls (at);

CREATE INDEX erasures_digest ON erasures (digest, id);

CREATE INDEX erasures_unfinished ON erasures (id) WHERE progress <> 'done';

CREATE INDEX messages_at ON messages (at, id);

CREATE INDEX messages_participant ON messages (author_id) WHERE author = 'participant';

CREATE INDEX messages_files ON messages (at, id) WHERE CAST(attachments AS VARCHAR) <> '[]';

CREATE INDEX notes_at ON notes (at, id);

CREATE INDEX events_conversation ON events (conversation_id);

CREATE INDEX events_wordy ON events (at, id) WHERE NOT bare;

CREATE TABLE deskversions ( version INTEGER NOT NULL, desk JSON NOT NULL, at DATETIME NOT NULL, actor VARCHAR NOT NULL, what VARCHAR NOT NULL, PRIMARY KEY (version) );

CREATE INDEX tickets_promised ON tickets (sla_at) WHERE sla_at IS NOT NULL;

CREATE TABLE turns ( team VARCHAR NOT NULL, person VARCHAR NOT NULL, turn INTEGER NOT NULL, PRIMARY KEY (team, person) );

CREATE INDEX tickets_ladder ON tickets (ladder_at) WHERE ladder_at IS NOT NULL;

CREATE INDEX tickets_holder ON tickets (holder) WHERE status <> 'closed';

CREATE INDEX tickets_assigned ON tickets (assigned) WHERE status <> 'closed';

CREATE INDEX tickets_opened ON tickets (opened_at);

CREATE INDEX tickets_closed ON tickets (closed_at);

CREATE INDEX conversations_started ON conversations (started_at);

CREATE INDEX events_actor ON events (actor, id);

CREATE INDEX events_kind ON events (kind, id);
