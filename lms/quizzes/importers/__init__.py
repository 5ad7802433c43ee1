"""Banks of questions from elsewhere and for elsewhere: Excel, Word, GIFT, Aiken, Moodle XML, QTI. Pure but for Word,
whose files are read in a child process.

A reader makes questions of bytes and says of each one that it refused where it stood and why; a writer makes bytes of
questions and says what it could not express. `reading` is what they have in common, `build` how a question is made,
`formats` the list of all of them.
"""
