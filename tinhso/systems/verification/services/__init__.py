"""What verification does: giving tokens, binding files, ending papers, proving the second item."""
