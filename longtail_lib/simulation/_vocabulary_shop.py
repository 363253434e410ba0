"""Words of the shop: books and household things around sixteen themes.

A line is a row of a table: value; family; title words; phrases.
"""

# ruff: noqa: E501 - a wrapped row would hide the columns

from longtail_lib.simulation._vocabulary import Vocabulary, values

__all__ = ["SHOP"]

_CATEGORY = """
travel writing; reading; Atlas|Journeys|Road Book|Wayfarer|Itinerary|Passage; a traveller's notebook|an account of long journeys|a collection of travel pieces|a companion for the road
cookery; kitchen; Table|Cookbook|Recipes|Larder|Supper Book|Pantry; a book of recipes|a cook's companion|dishes for every day of the week|a kitchen reader with tested recipes
popular science; knowledge; Field Notes|Enquiry|Principles|Short Science|Observations|Explained; a plain introduction to the science|an accessible tour of current research|a set of essays by a working scientist|a curious reader's guide to how things work
crime fiction; reading; Mystery|Alibi|Inquest|Last Witness|Cold Case|Murders; a detective story|a whodunit|a tightly plotted crime novel|a case for a stubborn inspector
children's books; play; Bedtime Tales|Adventures|Picture Book|Little Explorers|Story Time|Rhymes; a picture book for small listeners|a story to read aloud at bedtime|an illustrated tale for young readers|a first reader
poetry; reading; Verses|Elegies|Sonnets|Collected Lines|Songs|Stanzas; a slim volume of poems|verse written over ten years|a sequence of short lyrics|new and selected poems
lamps; home; Lantern|Table Lamp|Nightlight|Reading Light|Pendant|Glow; a dimmable lamp|a light for desk or bedside|a lantern with a warm beam|soft lighting for a dark corner
kitchen tools; kitchen; Kettle|Skillet|Mortar|Paring Set|Teapot|Whisk; a sturdy piece of cookware|a tool for the busy cook|an everyday helper at the stove|kitchenware that takes hard use
audio gear; electronics; Speaker|Headphones|Radio|Turntable|Receiver|Earbuds; sound equipment with a clear voice|a compact speaker system|listening equipment with deep bass|hi-fi for small rooms
garden tools; outdoors; Trowel|Secateurs|Planter|Seed Kit|Watering Can|Dibber; a tool for beds and borders|something for the potting shed|gear for people who dig and plant|a helper for the vegetable patch
stationery; knowledge; Notebook|Ink Set|Desk Diary|Writing Paper|Pencil Roll|Planner; fine paper goods|writing things for the desk|a blank book that opens flat|supplies for letters and lists
puzzles and games; play; Jigsaw|Board Game|Card Deck|Riddle Box|Dice Set|Brainteaser; a game for two to five players|a thousand-piece puzzle|an evening's entertainment at the table|a box of riddles
"""

_THEME = """
sea; wild; Salt Road|Tidewater|Petrel|Breakwater|Kelp|Low Tide|Harbour Light|Driftwood; steeped in salt air|that looks out over open water|with tides, rigging and gulls all through it|born on a windy coast
mountains; wild; High Pass|Granite|Scree|Summit|Glacier|Ridgeline|Alpine|Cairn; that belongs above the tree line|made with high passes in mind|full of snowfields and steep paths|drawn from life among the peaks
forest; wild; Birchwood|Moss|Greenwood|Fern|Acorn|Old Oak|Hollow Tree|Pinecone; rooted in deep woodland|with leaf mould and birdsong in it|about old trees and what lives under them|scented with pine and moss
desert; wild; Dune|Caravan|Red Sand|Oasis|Mirage|Dry River|Scorpion|Ochre; with heat, dust and wide horizons|shaped by sand and silence|from the dry country|in the colours of the dunes
stars; sky; Meteor|North Star|Orbit|Nebula|Comet|Night Sky|Eclipse|Zodiac; turned towards the night sky|with planets and constellations|for anyone who owns a telescope|about comets, orbits and deep space
weather; sky; Thunderhead|First Frost|Barometer|Rainfall|West Wind|Cumulus|Hailstone|Fogbank; about rain, wind and storm|with changing skies|that follows the weather through a year|for watchers of clouds
railways; town; Night Train|Signal Box|Branch Line|Platform Nine|Viaduct|Sleeper Car|Junction|Steam; set along the railway line|with the rhythm of wheels on track|for lovers of engines and timetables|that smells of coal smoke and waiting rooms
old city; town; Cobblestone|Bell Tower|Lamplighter|Side Street|Rooftop|Arcade|Courtyard|Clockmaker; at home in narrow lanes|among rooftops and bell towers|from the old quarter of town|with street corners and courtyards
market; town; Spice Stall|Saffron|Barrow|Fishmonger|Saturday Market|Peppercorn|Basket|Bazaar; as lively as market day|with stalls, spices and haggling|full of traders' cries|in the spirit of the bazaar
orchard; country; Pippin|Quince|Windfall|Damson|Blossom|Cider|Medlar|Pear Tree; with apples and blossom|grown out of an old orchard|for fruit growers and cider makers|ripe as September
bees; country; Honeycomb|Beekeeper|Clover|Hive|Nectar|Bumble|Beeswax|Meadow; humming with bees|about hives and wild flowers|with honey in every corner|for keepers of bees
rivers; country; Millstream|Heron|Ferryman|Willow Bank|Kingfisher|Towpath|Weir|Otter; that follows a slow river|with boats, locks and willows|from the water meadows|made for days by the stream
antiquity; past; Amphora|Mosaic|Column|Laurel|Forum|Papyrus|Bronze|Temple; with temples and ruins|looking back to the ancient world|modelled on classical finds|about emperors and potsherds
knights; past; Castle|Heraldry|Drawbridge|Falcon|Tournament|Chainmail|Minstrel|Gatehouse; with knights and banners|from the age of castles|that goes back to the Middle Ages|about sieges, squires and feasts
voyages; past; Compass|Sextant|Longship|Uncharted|Meridian|Spyglass|Captain's|Trade Wind; in the wake of the great explorers|with charts and unknown islands|about crews who sailed off the map|for armchair navigators
machines; future; Clockwork|Automaton|Circuit|Copper Gear|Dynamo|Piston|Robot|Relay; full of cogs and circuits|about machines that think|with levers, gears and wires|for tinkerers and engineers
"""

_STYLE = """
minimalist; plain; Plain|Quiet|Simple; pared back to essentials|with clean lines and nothing extra|uncluttered in every detail
scholarly; plain; Annotated|Complete|Exact; careful and well researched|thorough to the last footnote|precise, with sources given
rustic; warm; Country|Homespun|Farmhouse; rough-hewn and honest|with a farmhouse feel|simple, sturdy and countrified
handmade; warm; Hand-Sewn|Workshop|Crafted; put together by hand in small batches|showing the maker's touch|crafted slowly at the bench
vintage; ornate; Old-Time|Heritage|Classic; with a look from grandmother's day|in a retro manner|like something found in an antique shop
ornate; ornate; Gilded|Filigree|Jewelled; richly decorated|with gilding and flourishes|lavish and full of ornament
whimsical; odd; Curious|Topsy-Turvy|Peculiar; quirky and a little absurd|with a sense of nonsense|odd in the best way
industrial; odd; Cast-Iron|Foundry|Riveted; in bare steel and concrete tones|with a factory-floor look|raw, metallic and functional
"""

_MOOD = """
calm; soft; ; it slows the pulse|ideal for a quiet evening|restful company after a loud day
cosy; soft; ; best with a blanket and a pot of tea|warm as a kitchen in winter|made for staying in
playful; bright; ; it will make the whole family laugh|light-hearted throughout|full of mischief
adventurous; bright; ; it makes you want to pack a bag|for those who like a dare|bold and always on the move
suspenseful; dark; ; it keeps you awake past midnight|tense from the start|nobody guesses how it ends
melancholy; dark; ; wistful and a little sad|for grey afternoons|with a long, tender sigh in it
"""

_MAKER = """
Hollin & Wray; press; ; Hollin & Wray
Petrel House; press; ; Petrel House
Marlow Finch; press; ; Marlow Finch
Quillon Press; press; ; Quillon Press
Tessaly Books; press; ; Tessaly Books
Ninefold; studio; ; Ninefold
Studio Arbel; studio; ; Studio Arbel
Oddny Lund; studio; ; Oddny Lund
Kestrel Yard; studio; ; Kestrel Yard
Brindle & Co; works; ; Brindle & Co
Varga Works; works; ; Varga Works
Ostrow Supply; works; ; Ostrow Supply
Lindqvale; works; ; Lindqvale
Three Herons; guild; ; Three Herons
Saltmarsh Guild; guild; ; Saltmarsh Guild
Tamsin Orr; guild; ; Tamsin Orr
"""

_PRICE = """
budget; low; ; costs less than lunch|easy on the purse|a bargain
fair; low; ; sensibly priced|good value|priced for every day
premium; high; ; worth saving for|at the upper end of the range|not cheap, but lasting
luxury; high; ; an extravagance|priced as an heirloom|for the most generous of gifts
"""

SHOP = Vocabulary(
    attributes={
        "category": values(_CATEGORY),
        "theme": values(_THEME),
        "style": values(_STYLE),
        "mood": values(_MOOD),
        "maker": values(_MAKER),
        "price": values(_PRICE),
    },
    weights={
        "category": 1.0,
        "theme": 1.0,
        "style": 0.625,
        "mood": 0.5,
        "maker": 0.5,
        "price": 0.375,
    },
    titles=(
        "The {theme} {noun}",
        "{theme} {noun}",
        "{extra} {theme} {noun}",
        "The {extra} {theme} {noun}",
        "{theme} & {other} {noun}",
    ),
    openings=(
        "{category} {theme}, {style}.",
        "{category} {theme}; {style}.",
        "{style}: {category} {theme}.",
        "{category}, {style}, {theme}.",
    ),
    closings=(
        "{mood}; from {maker}, {price}.",
        "{maker} made it, and {mood}.",
        "{mood}. {price}.",
        "{price}, from {maker}.",
        "By {maker}; {mood}.",
    ),
)
