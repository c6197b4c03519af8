"""Xưởng quy trình: officials draw processes, forms and tables themselves, try them, publish them, move cases."""
