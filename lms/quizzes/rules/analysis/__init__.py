"""试题分析: counted attempts in, figures and findings out. Pure; the queries count, the formulas are core/stats.py."""
