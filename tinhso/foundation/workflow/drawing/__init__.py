"""A process as a table of steps and as a drawing: two faces of the same BPMN file."""
