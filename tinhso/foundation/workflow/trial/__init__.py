"""A process tried before it is published: click by click, with last month's histories, and many times by chance."""
