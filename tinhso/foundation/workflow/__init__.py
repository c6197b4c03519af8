"""BPMN subset compiled at publish to a plan; a pure step; work items, timers, messages."""
