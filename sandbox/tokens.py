"""Values the language model takes and gives."""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Token:
    """One token with its natural-log probability and the likeliest alternatives, best first."""

    text: str
    logprob: float | None = None
    top: tuple[tuple[str, float], ...] = ()
    id: int = -1


@dataclass(frozen=True, slots=True)
class Piece:
    """Text as it comes out of the model; the last piece has a finish reason, `stop` or `length`."""

    text: str
    tokens: tuple[Token, ...] = ()
    finish: str | None = None
    generated: int = 1  # tokens the model made for it


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampling:
    """How the next token is chosen; names and ranges are the completions API's."""

    max_tokens: int
    temperature: float = 1.0
    top_p: float = 1.0
    presence_penalty: float = 0.0
    frequency_penalty: float = 0.0
    logit_bias: tuple[tuple[int, float], ...] = ()
    stop: tuple[str, ...] = ()
    seed: int = 0
    top: int | None = None  # alternatives per token; None for no log probabilities


class Held:
    """Pieces that came out of the model and are not let through yet."""

    def __init__(self) -> None:
        self._pieces: list[Piece] = []

    @property
    def text(self) -> str:
        return "".join(piece.text for piece in self._pieces)

    def add(self, piece: Piece) -> None:
        self._pieces.append(piece)

    def take(self, length: int, *, cut: bool = False) -> list[Piece]:
        """The pieces that end within the first `length` characters; `cut` also splits the next one."""
        taken = []
        while self._pieces and len(self._pieces[0].text) <= length:
            length -= len(self._pieces[0].text)
            taken.append(self._pieces.pop(0))
        if cut and length:
            taken.append(_beginning(self._pieces[0], length))
        return taken


def _beginning(piece: Piece, length: int) -> Piece:
    """The first `length` characters of a piece, with the tokens that make them up."""
    tokens, left = [], length
    for token in piece.tokens:
        if left:
            tokens.append(replace(token, text=token.text[:left]))
            left -= len(tokens[-1].text)
    return replace(piece, text=piece.text[:length], tokens=tuple(tokens), finish=None)
