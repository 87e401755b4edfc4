"""One widget for every parameter of a completion, and what it is good for."""

from functools import partial

from services import MAX_CHOICES
from ui import widgets

COMMON = {
    "system": partial(
        widgets.text_area,
        height=80,
        placeholder="You are…",
        help="What the model is told before the prompt: who it is, how to answer. "
        "Leave it empty for the model's own manner.",
    ),
    "reasoning_effort": partial(
        widgets.selectbox,
        format_func=lambda effort: effort or "the model's own",
        help="How long the model thinks before it answers; thinking counts as tokens. "
        "Lower it for speed, raise it for hard questions. (Not every model takes every value.)",
    ),
    "temperature": partial(
        widgets.slider,
        step=0.05,
        help="How freely the next token is chosen: 0 takes the likeliest, higher values vary more. "
        "Lower it for facts and code, raise it for ideas; change this or Top P, not both.",
    ),
    "max_tokens": partial(
        widgets.number_input,
        help="The answer ends here at the latest; a token is about four characters of English. "
        "Raise it when answers break off. (Left unsaid, a completion would stop at 16.)",
    ),
    "top_p": partial(
        widgets.slider,
        step=0.05,
        help="Only the likeliest tokens that together reach this share are considered. "
        "Lower it to rule out odd words; change this or Temperature, not both.",
    ),
    "stop": partial(
        widgets.text_area,
        height=80,
        placeholder="one per line",
        help="The answer ends before any of these, one per line; write \\n for a line break. "
        "Use one to end a list, a line of dialogue or an answer in a fixed form.",
    ),
    "n": partial(
        widgets.number_input,
        help=f"How many answers to write to the same prompt, from 1 to {MAX_CHOICES}. "
        "Ask for a few to compare; each one counts towards tokens and cost.",
    ),
    "logprobs": partial(
        widgets.select_slider,
        format_func=lambda count: str(count or "Off"),
        help="Colours every token by how likely it was, and lists up to five that could have stood there. "
        "Turn it on to see where the model hesitated, and to go on from another token.",
    ),
}
MORE = {
    "frequency_penalty": partial(
        widgets.slider,
        step=0.1,
        help="Makes a token less likely each time it has already been used. "
        "Raise it a little when an answer repeats itself word for word.",
    ),
    "presence_penalty": partial(
        widgets.slider,
        step=0.1,
        help="Makes a token less likely once it has been used at all. "
        "Raise it to move on to new subjects, lower it to stay with the same ones.",
    ),
    "best_of": partial(
        widgets.number_input,
        help="Writes this many answers and returns the likeliest; all of them are billed. "
        "Raise it for one good answer; it is not streamed, so it takes longer.",
    ),
    "echo": partial(
        widgets.toggle,
        help="The answer begins with the prompt itself. "
        "Turn it on together with the probabilities to see how likely the prompt was.",
    ),
    "suffix": partial(
        widgets.text_area,
        height=80,
        placeholder="What comes after the answer",
        help="The text that is to follow the answer, which then fits in between. "
        "Use it to fill a gap; few models take it.",
    ),
    "logit_bias": partial(
        widgets.text_area,
        height=80,
        placeholder="50256: -100",
        help="Makes single tokens likelier or rarer: the token's id and a number from −100 (never) to 100 "
        "(always), one pair per line. Use it to ban or to force a word; each model has its own ids.",
    ),
    "seed": partial(
        widgets.text_input,
        placeholder="none",
        help="The same seed with the same parameters gives, as far as the service can, the same answer. "
        "Set a whole number to compare one changed parameter.",
    ),
    "user": partial(
        widgets.text_input,
        placeholder="none",
        help="A name for whoever asks, which the service uses to find abuse. "
        "Use one that tells nobody who it is; it is never part of a link.",
    ),
}
