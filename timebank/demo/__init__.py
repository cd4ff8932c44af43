"""A believable small town, made through the use-cases as if its people had used the service for months.

Nobody in it exists: identity numbers begin with 99 and phones with 12, ranges that were never issued.
"""
