"""A synthetic province with known ground truth, as files: for demonstrations, tests and benchmarks, never for records.

What happens in it is the code's; where it lies, how its businesses are called and how its authorities write their
files is data of the rulebook, in its folder ``synthetic``.
"""
