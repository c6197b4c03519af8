"""What the machine refuses."""


class EngineError(Exception):
    """An event that does not fit the state, or a gateway no flow of which may be taken; a Vietnamese sentence."""

    def __init__(self, sentence: str, node: str = "") -> None:
        super().__init__(sentence)
        self.node = node
