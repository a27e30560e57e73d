"""The functions of Crackling Cloud: `handlers` hold one module a function, `logic` what they do."""
