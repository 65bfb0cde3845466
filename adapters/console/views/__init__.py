"""How values look on the pages. Whatever people wrote reaches a page escaped, never as markup."""
