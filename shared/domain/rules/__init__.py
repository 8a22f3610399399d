"""Who may use what: a shop's rules, compiled once and judged as closures.

model.py       a rule as the contract writes it, and everything that can be wrong with it
logic.py       "1 AND (2 OR 3)" as a tree
conditions.py  what each ``$condition`` means, a closure over its values
names.py       what each name reads of a case: the one table of them
judges.py      closures: one a condition, one a rule, one a set of rules
sets.py        compiled rules: who is to blame, what they saw, which limits they rest on
asks.py        what must be known before a rule can be judged
applicable.py  which lines a discount is for
compiled.py    a validation rule, ready to be judged
case.py        what a rule may look at
"""
