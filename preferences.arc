# Live reload would put a script of its own into the try-it page.
@sandbox
livereload false
