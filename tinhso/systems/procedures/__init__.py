"""The catalogue of administrative procedures, dated, with fees, papers, forms, processes and search."""
