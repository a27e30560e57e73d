"""What a change does to a stack.

`normal_form` takes the noise out of templates, `permissions` and `replacement` know IAM and CloudFormation, `difference`
compares, `markdown` writes Markdown. All of it works offline, on two synthesised templates; only `change_sets` asks AWS.
"""
