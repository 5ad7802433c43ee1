"""What trainers bring along: Word, sheets of questions, pasted pages become Markdown; PDF, slides, films are looked at.

Pure. What reads a file with a native library (word, pdf, slides, media) is run in a child process.
"""
