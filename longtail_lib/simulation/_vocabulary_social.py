"""Words of the social platform: posts by community and concern.

A line is a row of a table: value; family; title words; phrases.
"""

# ruff: noqa: E501 - a wrapped row would hide the columns

from longtail_lib.simulation._vocabulary import Vocabulary, values

__all__ = ["SOCIAL"]

_CATEGORY = """
home cooking; home; Sourdough|Weeknight Dinner|Soup Pot|Dumplings|Slow Roast|Lunchbox; a post from the home kitchen|notes from someone who cooks every day|a cook shows the pots and the plates
gardening; home; Tomatoes|Compost|Raised Bed|Balcony Pots|Hedge|Seedlings; a post from the vegetable garden|news from beds and borders|a gardener with muddy hands reports
do-it-yourself; home; Attic Insulation|Leaky Tap|Bookshelf|Tiling|Old Door|Workbench; a post about mending and building|a home improvement diary|someone with a drill tells all
running; sport; Half Marathon|Trail Run|Morning Jog|Hill Repeats|Shin Splints|Running Shoes; a runner's post|a training log in kilometres|legs, lungs and split times
cycling; sport; Commuter Bike|Gravel Tour|Flat Tyre|Mountain Pass|Cargo Bike|Group Ride; a post from the saddle|a cyclist's report|about pedals, panniers and headwind
cats; animals; Tabby|Kitten|Scratching Post|Rescue Cat|Midnight Zoomies|Vet Visit; a post about a cat|pictures of a pet that owns the house|an owner describes whiskers and claws
dogs; animals; Puppy|Recall Training|Muddy Walk|Old Hound|Dog Park|Leash; a post about a dog|a walk with wet paws|tales of tails from a dog owner
photography; making; Film Camera|Street Portrait|Long Exposure|Darkroom|Fifty Millimetre|Contact Sheet; a photographer's post|pictures with exposure data|about light, lenses and patience
knitting; making; Cardigan|Sock Heel|Cable Stitch|Wool Stash|Baby Blanket|Lace Shawl; a post from the knitting circle|needles and yarn, with a pattern|stitches counted and dropped
programming; screen; Side Project|Regex|Memory Leak|First Commit|Code Review|Legacy Script; a developer's post|about code that finally compiled|debugging notes from a long night
board games; screen; Game Night|House Rules|Solo Mode|Miniatures|Card Sleeves|Expansion; a post from the gaming table|about dice, meeples and rules|a report of last night's session
personal finance; life; Monthly Budget|First Salary|Rent|Emergency Fund|Index Fund|Debt; a post about money|sums, savings and regrets|a household's books laid open
"""

_CONCERN = """
on a budget; thrift; Cheap|Second-Hand|Frugal|Under Ten|Bargain|Leftover; without spending much|for very little money|with what was lying around
sustainability; thrift; Zero-Waste|Recycled|Low-Carbon|Repaired|Plastic-Free|Reused; with the planet in mind|throwing nothing away|the green way
small spaces; city; Tiny|One-Room|Windowsill|Shoebox|Studio|Fold-Away; in a very small flat|where there is hardly any room|on six square metres
city life; city; Downtown|Fifth-Floor|Rush-Hour|Metro|Night-Bus|Courtyard; in the middle of the city|with neighbours above and below|between tram and traffic
with children; family; Toddler|School-Run|Bedtime|Playground|Teenager|Family; with small children around|for parents short of sleep|and the kids helped
with grandparents; family; Grandma's|Heirloom|Old-Fashioned|Sunday|Hand-Written|Grandpa's; the way grandmother did it|learned from an older generation|with family memories
beginners; learning; First|Beginner|Starter|Clumsy|Week-One|Novice; by a complete beginner|for those who have never tried|from zero, step by step
experts; learning; Advanced|Master|Nerdy|Obsessive|Ten-Year|Deep-Dive; for people who know it all|down to the last detail|after ten years of practice
failures; feelings; Failed|Ruined|Disaster|Burnt|Regrettable|Broken; and it went badly wrong|an honest account of failure|with everything that can go wrong
success; feelings; Triumphant|Finally|Perfect|Prize|Proud|Personal-Best; and it worked at last|as a small triumph|with a result to be proud of
loneliness; feelings; Lonely|Solo|Quiet|Sleepless|Empty-House|Sunday-Night; written on a lonely evening|by someone living alone|looking for company
winter; season; Winter|Snowed-In|January|Frosty|Dark-Morning|Woollen; in the depth of winter|while it snows outside|for the cold months
summer; season; Summer|August|Sunny|Beach|Heatwave|Holiday; in high summer|during the holidays|for hot days
in a hurry; time; Quick|Ten-Minute|Lazy|Last-Minute|Express|Lunch-Break; in ten minutes flat|for people without time|before the bus leaves
"""

_FORM = """
question; ask; Help with|Question about|Stuck on; ending in a question to everyone|the author asks for advice|answers are wanted
poll; ask; Vote on|Which|Poll on; with a vote underneath|readers can pick a side|a show of hands is called
guide; tell; How I Did|Guide to|All about; as a guide with numbered steps|explained from start to finish|with instructions to follow
photo story; tell; Pictures of|A Day of|Album of; told mostly in pictures|with a gallery of photos|twelve snapshots and few words
rant; talk; Enough of|Against|Rant about; in an angry tone|a rant that had to come out|grumbling all the way
confession; talk; My Secret|Confessions of|I Admit; as a confession|admitted with some shame|telling what nobody knew
"""

_TONE = """
friendly; warm; ; everyone is welcome in the comments|kind words below|a gentle discussion follows
funny; warm; ; the comments are hilarious|jokes pile up underneath|you will snort with laughter
heated; cold; ; the thread gets heated|opinions clash below|people argue for pages
factual; cold; ; sources are linked|sober and to the point|replies stick to facts
"""

_AUTHOR = """
mossy_anorak; a; ; mossy_anorak
tin.teapot; a; ; tin.teapot
harbour_kate; a; ; harbour_kate
nine_volt_nina; b; ; nine_volt_nina
old.biscuit; b; ; old.biscuit
quietowl77; b; ; quietowl77
pavel_in_the_shed; c; ; pavel_in_the_shed
lemonfork; c; ; lemonfork
uncle_static; c; ; uncle_static
brackenfell; d; ; brackenfell
"""

SOCIAL = Vocabulary(
    attributes={
        "category": values(_CATEGORY),
        "concern": values(_CONCERN),
        "form": values(_FORM),
        "tone": values(_TONE),
        "author": values(_AUTHOR),
    },
    weights={"category": 1.0, "concern": 0.875, "form": 0.625, "tone": 0.625, "author": 0.5},
    titles=(
        "{theme} {noun}",
        "{extra} {theme} {noun}",
        "{extra} {noun}: {theme} Edition",
        "{noun}, {theme} and {other}",
    ),
    openings=(
        "{category} {concern}, {form}.",
        "{category}, {concern}; {form}.",
        "{category} {concern}.",
    ),
    closings=(
        "{tone}. Posted by {author}.",
        "Posted by {author}; {tone}.",
        "{form}; {tone}.",
        "Written by {author}; {tone}.",
        "{tone}.",
    ),
)
