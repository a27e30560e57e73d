"""Preview what a change does to a stack.

`normal_form` removes noise from templates, `permissions` and `replacement` interpret IAM and CloudFormation, `difference`
compares two templates, and `markdown` renders the result. None of them needs a network; only `change_sets` asks AWS.
"""
