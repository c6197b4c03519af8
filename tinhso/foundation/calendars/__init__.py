"""Legal working time: statutory calendar, desk slots, due dates that explain themselves."""
