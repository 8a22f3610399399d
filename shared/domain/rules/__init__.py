"""Who may use what: a shop's rules, compiled once and judged as closures.

model.py       a rule as the contract writes it, and everything that can be wrong with it
logic.py       "1 AND (2 OR 3)" as a tree
conditions.py  what each ``$condition`` means, a closure over its values
names.py       what each name reads of a case: the one table of them
compiled.py    a rule as closures: whether it holds, why not, what it saw, which limits it rests on
case.py        what a rule may look at
"""
