"""What is wrong with an expression, said so that an official can mend it."""


class FeelError(Exception):
    """An expression is refused, or went over a limit while it was evaluated.

    sentence: Vietnamese, complete. position: 1-based place of the character in the text, 0 where there is none.
    """

    def __init__(self, sentence: str, position: int = 0) -> None:
        super().__init__(f"{sentence} (vị trí {position})" if position else sentence)
        self.sentence = sentence
        self.position = position
