"""Word lists: 禁用语, 同义词 and 词典, as trainers write them: reading, checking, the form, the preview."""
