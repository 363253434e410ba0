"""The settings of a simulated store, and the four stores that come with the course."""

from __future__ import annotations

from dataclasses import dataclass, replace
from numbers import Real
from types import MappingProxyType

from longtail_lib._parameters import Interval, Options, check_parameters

__all__ = ["PRESETS", "TEXT_SHARE", "WORDING", "Preset", "resolved"]

WORDING = Options("plain", "varied")
TEXT_SHARE = Interval(Real, 0, 1)


@dataclass(frozen=True)
class Preset:
    """Everything that decides a simulated store, its random seed apart.

    Parameters
    ----------
    name : str
        Short name, as `simulate` and `load_dataset` take it.
    title : str
        One line for a heading.
    vocabulary : str
        Whose words the catalogue speaks: "shop", "video", "music" or "social".
    n_users, n_items : int
        Published users, and the size of the catalogue.
    item_prefix : str
        Letter in front of item ids.
    start : int
        First second of the log, UTC.
    blocks, block_days : int
        The log is cut into blocks of so many days; the front page follows what was counted
        before a block began.
    slate : int
        Places in one slate; a visit shows whole slates.
    mean_activity : float
        Interactions that an average visitor would make, before the published ones are chosen.
    activity_floor : float
        The part of it that every visitor has.
    activity_spread : float
        Standard deviation of the logarithm of the rest (log-normal).
    min_interactions : int
        Visitors with fewer interactions are not published.
    front_share, search_share, explore_share : (float, float)
        Share of front-page, search and uniform places in the slates of the greatest head-lover
        and of the greatest tail-lover; category browsing has what is left.
    front_power, browse_power : int
        Quarters in the exponent of (interactions so far + head start) on the front page and
        inside a category: 4 is proportional, 0 ignores popularity.
    interest_focus : float
        How strongly browsing and search follow a visitor's liking of categories and themes; 0
        ignores it.
    head_start : float
        What is added to the count, so that a new item can be shown at all.
    late_share : float
        Share of the catalogue that enters after the first block.
    base : float
        Preference before squashing of an average user for an average item.
    appeal_spread : float
        Standard deviation of the items' intrinsic appeal.
    taste_spread : float
        Standard deviation of the personal part.
    text_share : float
        Share of the personal part's variance, before squashing, that the items' attributes carry,
        from 0 to 1. Texts speak of attributes and of nothing else, so no reader of texts can know
        more of taste than this; the rest stands in a residual that no word tells.
    taste_dimensions, residual_dimensions : int
        Length of the factors behind the attribute part and the residual part.
    rating : str
        "stars" (1 to 5), "half-stars" (0.5 to 5), "plays" (a count) or "none".
    rating_shares : tuple of float
        Share of each star value, lowest first; empty for the other manners.
    rating_bias, rating_noise : float
        Standard deviation of the users' generosity and of a single rating's noise, in units of
        the preference before squashing.
    wording : {"plain", "varied"}
        How texts are written, which changes nothing else. "plain" says an attribute in one of a
        few fixed phrases and leaves some attributes out. "varied" speaks of all that have
        synonyms, names of makers not among them, and describes the less popular half of the
        catalogue in other words than the rest: no content word stands on both sides.

    Notes
    -----
    What a text can tell is less than `text_share` when preferences are predicted, because
    squashing bends them and appeal stands in no text. Shares of the variance of true preferences
    that a ridge regression explains, taught on the truth of the more popular half of the shop and
    asked about the other half: with "plain" and .6, attributes themselves .11, words .08, vectors
    of all-MiniLM-L6-v2 .05; with "varied" and .9, .20, .00 and .07. Asked about a random fifth,
    where every word was met before: .17, .13 and .09; .28, .28 and .26.

    References
    ----------
    Harper and Konstan, "The MovieLens Datasets: History and Context", ACM Transactions on
    Interactive Intelligent Systems 5(4), 2015: the log on which "shop" is calibrated.
    """

    name: str
    title: str
    vocabulary: str
    n_users: int
    n_items: int
    item_prefix: str
    start: int = 1_672_531_200  # 2023-01-01
    blocks: int = 24
    block_days: int = 30
    slate: int = 10
    mean_activity: float = 64.0
    activity_floor: float = 1.0
    activity_spread: float = 1.8
    min_interactions: int = 5
    front_share: tuple[float, float] = (0.40, 0.15)
    search_share: tuple[float, float] = (0.15, 0.50)
    explore_share: tuple[float, float] = (0.12, 0.12)
    front_power: int = 5
    browse_power: int = 8
    interest_focus: float = 0.9
    head_start: float = 1.0
    late_share: float = 0.1
    base: float = -4.4
    appeal_spread: float = 0.78
    taste_spread: float = 2.3
    text_share: float = 0.6
    taste_dimensions: int = 9
    residual_dimensions: int = 5
    rating: str = "stars"
    rating_shares: tuple[float, ...] = ()
    rating_bias: float = 0.5
    rating_noise: float = 0.7
    wording: str = "plain"


# Shares measured on MovieLens latest-small: halves rounded up to whole stars, and as they are.
_STARS = (0.0415, 0.0927, 0.2538, 0.3963, 0.2157)
_HALF_STARS = (0.0136, 0.0279, 0.0178, 0.0749, 0.055, 0.1988, 0.1303, 0.266, 0.0848, 0.1309)

PRESETS = MappingProxyType(
    {
        "shop": Preset(
            name="shop",
            title="A simulated shop for books and household things, with known truth",
            vocabulary="shop",
            n_users=3000,
            n_items=4000,
            item_prefix="S",
            rating_shares=_STARS,
        ),
        # A video service leans on its front page and has a small catalogue.
        "video": Preset(
            name="video",
            title="A simulated video service with half-star ratings, with known truth",
            vocabulary="video",
            n_users=2000,
            n_items=1500,
            item_prefix="V",
            slate=20,
            mean_activity=100.0,
            front_share=(0.75, 0.35),
            search_share=(0.10, 0.40),
            late_share=0.2,
            rating="half-stars",
            rating_shares=_HALF_STARS,
            rating_bias=0.8,
        ),
        # Music listeners search; the catalogue is large for so few of them.
        "music": Preset(
            name="music",
            title="A simulated music service with play counts, with known truth",
            vocabulary="music",
            n_users=1500,
            n_items=5000,
            item_prefix="T",
            mean_activity=75.0,
            activity_spread=1.1,
            front_share=(0.40, 0.10),
            search_share=(0.30, 0.60),
            explore_share=(0.15, 0.20),
            appeal_spread=0.6,
            browse_power=5,
            rating="plays",
        ),
        # A feed that rewards what was liked last, and where something new appears all the time.
        "social": Preset(
            name="social",
            title="A simulated social platform with likes only, with known truth",
            vocabulary="social",
            n_users=2500,
            n_items=3000,
            item_prefix="P",
            mean_activity=48.0,
            front_share=(0.60, 0.30),
            search_share=(0.10, 0.40),
            explore_share=(0.20, 0.20),
            head_start=4.0,
            late_share=0.25,
            appeal_spread=0.5,
            rating="none",
        ),
    }
)


def resolved(preset: str | Preset, wording: str | None, text_share: float | None) -> Preset:
    """Find a preset by its name, with some of its settings replaced; check how its texts are."""
    if not isinstance(preset, Preset):
        if preset not in PRESETS:
            raise KeyError(f"unknown preset {preset!r}; there are {', '.join(map(repr, PRESETS))}")
        preset = PRESETS[preset]
    if wording is not None:
        preset = replace(preset, wording=wording)
    if text_share is not None:
        preset = replace(preset, text_share=text_share)
    check_parameters(
        f"preset '{preset.name}'", vars(preset), {"wording": WORDING, "text_share": TEXT_SHARE}
    )
    return preset
