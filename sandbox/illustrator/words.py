"""The illustrator's vocabulary: which words name a place, an hour, the weather, a colour, a style or a thing.

Each table is written as `meaning: word, several words; …` and read once into an immutable mapping.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType


def table(text: str) -> Mapping[str, str]:
    """A read-only mapping of every word in the text to the meaning that stands before its colon."""
    found: dict[str, str] = {}
    for entry in text.split(";"):
        meaning, _, words = entry.partition(":")
        for word in words.split(","):
            if word.strip():
                found[" ".join(word.split())] = meaning.strip()
    return MappingProxyType(found)


def names(text: str) -> frozenset[str]:
    """The words of a text as a set."""
    return frozenset(text.split())


# Ordered by how much a place says about the picture: the first found wins, others stand behind it.
SETTINGS = table("""
underwater: underwater, under the sea, under water, under the ocean, coral reef, reef, seabed, ocean
    floor, aquarium, deep sea, undersea, bottom of the sea, bottom of the ocean;
moon: on the moon, moon surface, lunar, surface of the moon, on mars, mars, martian, alien planet,
    another planet;
space: space, outer space, galaxy, cosmos, universe, orbit, nebula, milky way, cosmic, solar system;
iceberg: iceberg, icebergs, ice floe, arctic, antarctica, antarctic, glacier, north pole, south pole,
    polar;
room: room, living room, bedroom, indoors, indoor, inside a house, kitchen, cafe, coffee shop, library,
    study, restaurant, office, interior, fireplace, house interior, classroom, museum, bar, pub, bakery,
    attic, studio, windowsill;
table: table, tabletop, still life, desk, countertop, wooden table, plate, dinner table, picnic;
beach: beach, shore, seaside, coast, tropical island, island, seashore, sandy shore, bay, lagoon,
    sandcastle;
street: street, road, alley, downtown, sidewalk, avenue, crosswalk, boulevard, market, highway, traffic,
    town square;
jungle: jungle, rainforest, tropical forest;
forest: forest, woods, woodland, grove, enchanted forest, among the trees, redwoods, taiga;
desert: desert, dunes, dune, sahara, oasis, canyon, egypt, wild west, badlands;
savanna: savanna, savannah, safari, african plain, serengeti, prairie, steppe;
lake: lake, pond, river, riverside, lakeside, riverbank, stream, waterfall, harbor, harbour, swamp;
sea: sea, ocean, waves, open water, high seas, water, at sea, pacific, atlantic, mediterranean;
garden: garden, park, backyard, flower bed, orchard, rose garden, playground, yard, greenhouse, flowers;
field: field, meadow, farm, grass, hill, hills, hillside, countryside, pasture, valley, lawn,
    barn, vineyard, rice field, wheat field, fields, landscape, grassland, campsite, zoo, graveyard,
    cemetery;
city: city, skyline, rooftop, new york, tokyo, manhattan, metropolis, london, paris, skyscraper,
    skyscrapers, urban, downtown skyline, cityscape, town, buildings;
mountains: mountains, mountain, peak, peaks, alps, himalayas, cliff, cliffs, mountain range, summit,
    volcano, mountainside, everest, fjord, highlands, rocky;
snow: snow, snowy, winter, tundra, ski slope, blizzard, snowfield, christmas, ice rink, wintry, frozen;
sky: sky, in the sky, above the clouds, in the clouds, air, heaven, clouds, mid-air
""")

HOURS = table("""
dawn: dawn, sunrise, daybreak, early morning, first light, at daybreak, misty morning;
day: day, noon, midday, daytime, sunny, afternoon, bright, summer, morning, spring, blue sky, daylight,
    sunshine, sun;
sunset: sunset, dusk, golden hour, evening, twilight, sundown, autumn evening, setting sun, golden
    light;
night: night, midnight, moonlight, moonlit, starry, nighttime, stars, nocturnal, dark, starlight, full
    moon, northern lights, aurora, aurora borealis, fireflies, fireworks, moon, crescent moon, haunted,
    spooky, halloween, new year
""")

WEATHERS = table("""
rain: rain, rainy, raining, drizzle, downpour, wet, shower, rainstorm, puddles, puddle;
storm: storm, stormy, thunderstorm, lightning, thunder, hurricane, tempest, typhoon;
snow: snowing, snowfall, snowflakes, snowstorm, blizzard, snowy, falling snow, snowflake, winter, snow,
    christmas, wintry;
fog: fog, foggy, mist, misty, haze, hazy, smoke, spooky, haunted, eerie, graveyard, cemetery;
clouds: cloudy, overcast, grey sky, gray sky, gloomy;
rainbow: rainbow;
aurora: aurora, northern lights, aurora borealis;
moon: moon, full moon, moonlight, moonlit, crescent moon, haunted, spooky;
spooky: haunted, spooky, eerie, creepy, halloween, graveyard, cemetery;
autumn: autumn, fall colors, autumnal, fall foliage, autumn leaves, october, november;
fireflies: fireflies;
fireworks: fireworks, new year
""")

STYLES = table("""
watercolor: watercolor, watercolour, aquarelle, gouache, ink wash, watercolors, watercolours;
oil: oil painting, oil, oil on canvas, impressionist, impressionism, van gogh, monet, acrylic, brush
    strokes, painterly, expressionist, rembrandt, oils, impasto;
pixel: pixel art, pixel, 8-bit, 8 bit, 16-bit, 16 bit, pixelated, retro game, voxel, sprite;
neon: neon, cyberpunk, synthwave, vaporwave, neon lights, neon sign, retrowave, blade runner, outrun;
camera: disposable camera, film photo, analog photo, vintage photo, kodak, 35mm, film grain, lomography,
    snapshot, film photograph, disposable, analogue, old photo, retro photo;
polaroid: polaroid, instant photo, instax, instant camera;
sketch: pencil sketch, sketch, pencil, pencil drawing, charcoal, line drawing, hand drawn, hand-drawn,
    doodle, graphite, engraving, etching, ink drawing, line art;
crayon: crayon, crayons, wax crayon, children drawing, child drawing, kids drawing, childlike, naive art;
noir: film noir, noir, black and white, black-and-white, monochrome, greyscale, grayscale, silent film;
sepia: sepia, vintage, antique, daguerreotype, victorian photograph;
popart: pop art, warhol, lichtenstein, halftone;
comic: comic, comic book, comics, manga, cartoon, graphic novel, anime;
poster: poster, travel poster, vintage poster, screen print, risograph, art deco, propaganda poster,
    flat design;
woodblock: ukiyo-e, woodblock, woodcut, linocut, hokusai, japanese print, block print;
blueprint: blueprint, technical drawing, schematic, cyanotype, wireframe;
glass: stained glass, stained-glass, church window, cathedral window, leaded glass;
mosaic: mosaic, tiles, byzantine;
lowpoly: low poly, low-poly, lowpoly, geometric, cubist, cubism, origami, faceted, polygonal;
embroidery: embroidery, embroidered, cross stitch, cross-stitch, needlework, tapestry, knitted, felt;
pastel: pastel, soft pastel, dreamy, chalk, kawaii, soft colors
""")

# A star stands for all colours at once.
COLOURS = table("""
#d8342f: red; #d8302a: scarlet; #b8173a: crimson; #b3123f: ruby; #7a1f2b: maroon; #7a1730: burgundy;
#c41e3a: cherry; #f28a1e: orange; #f5a623: amber; #e8b323: gold, golden; #f9cf3a: yellow; #f7e04b:
lemon; #9fd62f: lime; #43a047: green; #1f9d61: emerald; #7d8a2e: olive; #8fdcb6: mint; #159a94: teal;
#2ec4b6: turquoise; #2bc4e0: cyan; #3fd0d9: aqua; #2f7fdc: blue; #22386f: navy; #4b3fa8: indigo;
#2a52be: sapphire; #8447c9: violet; #8b45c7: purple; #b39ddb: lavender; #c3a6e0: lilac; #d430a0:
magenta; #f48fb1: pink; #ef6f91: rose; #ffb791: peach; #fa8f7c: salmon; #ff7a66: coral; #8d5a3b: brown;
#7d4427: chestnut; #d2a874: tan; #e3d3b4: beige; #f6ead0: cream; #f7f2df: ivory; #f6f7f9: white;
#c3cad3: silver; #8f9aa6: grey, gray; #2e3239: black; #3d434b: charcoal; #a9713a: bronze; #b8683a:
copper; #d9772b: ginger; #eac66a: blonde; *: multicolored, colorful, colourful, multicoloured,
rainbow-colored, rainbow-coloured, tie-dye, iridescent
""")

_SPELLED = table("""
1: one, single; 2: two, couple, pair, both, twin; 3: three, few, trio, some; 4: four, several, family;
5: five, group, bunch, pile, fleet, pack; 6: six, herd; 7: seven, flock, school; 8: eight, many, lots;
9: nine, crowd, army; 10: ten; 11: eleven; 12: twelve, dozen, dozens, swarm, hundreds, thousands
""")
NUMBERS: Mapping[str, int] = MappingProxyType({word: int(count) for word, count in _SPELLED.items()})

RELATIONS = table("""
rides: riding, ride, rides, driving, drives, rowing, piloting;
on: on, on top of, atop, upon, sitting on, standing on, perched on, resting on, lying on, sleeping on,
    crossing, balancing on;
in: in, inside, sitting in, hiding in, poking out of;
holds: reading, holding, eating, drinking, playing, carrying, with, wielding, reads, eats, holds, plays,
    juggling, sipping, and his, and her, painting, cooking, baking, throwing, kicking, catching, using,
    playing with, chasing;
wears: wearing, wears, in a hat, with a hat on, dressed in;
under: under, beneath, below, underneath;
behind: behind, hiding behind;
before: in front of, before, outside;
beside: next to, beside, near, by, alongside, by the side of;
contains: full of, filled with
""")

# "A vase of roses": what stands before the word holds what comes after it.
CONTAINERS = names("vase amphora basket own-treasure-chest bucket bathtub")
FILLED = names("of with")

FLYING = names("""
    flying floating soaring hovering fly flies soars drifting gliding levitating
    """)

# A colour, a count or a verb does not reach across these words to the noun behind them.
BOUNDARIES = names("""
    a an the on in at by with into onto over across from to for near its his her their
    """)
ARTICLES = names("a an the its his her their my your our some")

_NO_THINGS = names("""
    portrait picture photo photograph image view scene background style painting illustration drawing render
    rendering concept feeling sense moment kind piece part side front top bottom middle lot way world close-up
    closeup shot composition version depiction art artwork masterpiece design theme mood atmosphere light
    shadow colour color edge end beginning rest distance foreground center centre corner suit dress coat
    jacket shirt story poem word letter text title name number person
    """)


def no_thing(word: str) -> bool:
    """Whether an unknown word is surely nothing to paint: a verb, a manner, or talk about the picture."""
    return word in _NO_THINGS or word.endswith(("ing", "ly", "ed", "ness", "ful", "ous", "est"))


CONCEPTS = table("""
balance scale: justice, law, fairness, equality, balance, ethics, court;
heart: love, romance, valentine, compassion, kindness, affection;
dove of peace: peace, hope, freedom, liberty, harmony;
hourglass: time, patience, history, mortality, eternity;
bulb: idea, innovation, creativity, invention, inspiration, imagination, insight;
brain: mind, intelligence, thought, thinking, consciousness, memory, psychology, artificial
    intelligence;
books: knowledge, wisdom, education, learning, literature, science fiction;
musical note: music, melody, song, jazz, harmony, symphony;
trophy: success, victory, achievement, winning, glory;
seedling: growth, nature, life, renewal, beginning, sustainability, ecology;
key: secret, mystery, privacy, access;
shield: security, safety, protection, defence, defense;
compass: adventure, direction, exploration, journey, travel;
coin: money, wealth, economy, finance, greed;
handshake: trust, cooperation, friendship, agreement, teamwork, collaboration;
atom symbol: science, physics, energy;
crown: power, royalty, authority;
masks: drama, emotion, theatre, theater;
earth africa: world, climate, planet, globe, earth, internationalism;
mirror: vanity, identity, self, reflection;
yin yang: duality, contrast, opposites;
jigsaw: problem solving, complexity, solution;
wilted flower: loneliness, sadness, melancholy, grief, sorrow;
rainbow: dream, dreams
""")
