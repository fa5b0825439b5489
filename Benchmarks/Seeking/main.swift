await measureSeeking()
