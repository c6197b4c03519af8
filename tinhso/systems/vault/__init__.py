"""The data store of each person and organisation (kho dữ liệu điện tử): papers held, reused, shared, who read."""
