"""The pages: each module has a pure function from the library's values to what is shown, and thin routes.

Every module gives its routes by `routes()`; `app.PAGES` lists the modules in the order of the navigation.
"""
