"""Words of the video service: films and series by genre and setting.

A line is a row of a table: value; family; title words; phrases.
"""

# ruff: noqa: E501 - a wrapped row would hide the columns

from longtail_lib.simulation._vocabulary import Vocabulary, values

__all__ = ["VIDEO"]

_CATEGORY = """
drama; serious; Inheritance|Reunion|Silence|Letters|Daughters|Confession; a family drama|a quiet character study|an intimate story of parents and children|a slow-burning tale of old wounds
romance; tender; Wedding|Kiss|Summer Love|Affair|Valentine|Serenade; a love story|a romance between two opposites|a tale of second chances at love|a courtship against all odds
comedy; light; Mix-Up|Neighbours|Fiasco|Holiday|Bachelors|Impostor; a comedy of errors|a string of hilarious misunderstandings|a sitcom about hopeless friends|a farce that never slows down
family animation; light; Little Heroes|Magic Friends|Big Race|Secret Club|Dragonlet|Toy Box; an animated adventure for all ages|a cartoon for parents and children|a hand-drawn fable|a warm animated tale
thriller; dark; Conspiracy|Manhunt|Double Agent|Deadline|Hostage|Ransom; a nerve-racking thriller|a chase with no safe place|a spy story full of betrayal|a race against the clock
crime series; dark; Homicide|Detectives|Evidence|Suspect|Verdict|Heist; a police procedural|a murder investigation in several parts|a gangster saga|a case that two detectives cannot let go
horror; dark; Haunting|Curse|Possession|Whisperers|Ritual|Bloodline; a horror film|a ghost story that creeps up|a tale of something in the cellar|a nightmare about an old curse
science fiction; wonder; Colony|Signal|Paradox|Android|Exodus|Frontier; a vision of the future|a science-fiction epic|a story about first contact|a puzzle of time and machines
fantasy; wonder; Crown|Sorcerer|Prophecy|Kingdom|Enchantment|Quest; a tale of magic and kings|a fantasy quest|an epic with dragons and sorcerers|a legend of a stolen crown
nature documentary; real; Wild Year|Migration|Habitat|Predators|Wilderness|Expedition; a documentary about wild animals|a patient look at nature|wildlife filmed over four seasons|a camera team's year among animals
history documentary; real; Chronicle|Lost Century|Archive|Empire|Uprising|Witnesses; a documentary from the archives|history told by those who were there|a careful retelling of past events|old film footage, restored and explained
music and concert; tender; Live|Encore|Backstage|Last Tour|Rehearsal|Songbook; a concert film|a portrait of a band|a musical with great songs|a night on stage, complete
"""

_SETTING = """
harbour town; coast; Lighthouse|Harbour|Ferry|Fisherman's|Seawall|Pier; set in a small harbour town|on a foggy waterfront|among fishing boats
island; coast; Island|Lagoon|Castaway|Coral|Palm|Reef; on a remote island|far out in the ocean|where no ferry lands
big city; urban; Rooftop|Subway|Downtown|Neon|Skyline|Penthouse; in a city that never sleeps|between skyscrapers and subways|in the heart of a metropolis
suburb; urban; Cul-de-Sac|Driveway|Garden Fence|Maple Street|Back Porch|Carpool; in a spotless suburb|behind neat hedges|on a street where everyone knows everyone
farmland; rural; Harvest|Barn|Wheatfield|Orchard|Milk Road|Scarecrow; on a lonely farm|among fields and barns|in farming country
deep forest; rural; Timber|Foxglove|Clearing|Black Pine|Cabin|Wolf; deep in the woods|in a cabin among the trees|where the forest closes in
mountain village; cold; Avalanche|Chalet|Rope Team|Snowline|Cable Car|Alpine; in a village below the glacier|high in the mountains|in a snowed-in valley
polar station; cold; Ice|Aurora|Polar|White Night|Sled|Blizzard; at a station in the polar night|across the ice|in the Arctic winter
desert; hot; Dune|Mirage|Dust|Salt Flat|Oasis|Cactus; under a desert sun|along an empty highway in the sand|in a town that dried out
royal court; past; Palace|Throne Room|Masquerade|Duchess|Velvet|Courtier; at a royal court|in the corridors of a palace|among dukes and ladies-in-waiting
wartime; past; Trench|Ration|Blackout|Convoy|Telegram|Armistice; in the last year of a war|behind the front line|during the occupation
ancient world; past; Temple|Gladiator|Oracle|Marble|Scroll|Chariot; in the ancient world|under an emperor's rule|among temples and slaves
space station; future; Orbit|Airlock|Zero Gravity|Red Planet|Starship|Module; aboard a space station|between the planets|light years from home
school; young; Classroom|Prom|Detention|Schoolyard|Exam|Locker; at a boarding school|in the corridors of a high school|during a final school year
hospital; work; Night Shift|Ward|Emergency|Surgeon|Stethoscope|Waiting Room; on the night shift of a hospital|between operating rooms|among nurses and patients
restaurant; work; Kitchen|Chef|Menu|Dishwasher|Saffron|Table Nine; in the kitchen of a restaurant|between stove and dining room|behind the scenes of a famous kitchen
"""

_FORMAT = """
film; long; ; a feature of two hours|told in one sitting|made for the big screen
short film; long; ; under forty minutes|a short that wastes no second|brief and complete
miniseries; serial; ; in six parts|a miniseries that ends where it should|told over half a dozen evenings
long series; serial; ; now in its fifth season|with enough episodes for a whole winter|a series that keeps growing
"""

_PACE = """
slow; slow; Long|Silent|Gentle; it takes its time|with long, patient shots|unhurried and observant
steady; slow; Even|Common|Honest; at an even pace|carefully built scene by scene|never rushed and never dull
fast; fast; Sudden|Rapid|Runaway; with breathless cuts|at full speed throughout|one twist after another
frantic; fast; Mad|Wild|Reckless; completely out of control|a whirl of action|louder and faster by the minute
"""

_MOOD = """
hopeful; bright; ; it leaves you smiling|uplifting to the last scene|for when you need cheering up
funny; bright; ; you will laugh out loud|with jokes in every scene|witty from start to finish
tense; dark; ; it keeps you on the edge of the sofa|gripping and uneasy|you will not dare to pause
bleak; dark; ; grim and unforgiving|no comfort is offered|it stays with you like a bruise
dreamy; soft; ; as strange as a dream|hazy and beautiful|it floats more than it walks
tearful; soft; ; have a handkerchief ready|moving to the point of tears|it will break your heart
"""

_STUDIO = """
Ardent Reel; east; ; Ardent Reel
Bluebottle Pictures; east; ; Bluebottle Pictures
Corvid Films; east; ; Corvid Films
Dovecote; west; ; Dovecote
Emberline; west; ; Emberline
Foxfire Lane; west; ; Foxfire Lane
Gull & Anchor; north; ; Gull & Anchor
Halfmoon; north; ; Halfmoon
Iron Lark; north; ; Iron Lark
Juniper Gate; south; ; Juniper Gate
Kitewind; south; ; Kitewind
Lantern Row; south; ; Lantern Row
"""

VIDEO = Vocabulary(
    attributes={
        "category": values(_CATEGORY),
        "setting": values(_SETTING),
        "format": values(_FORMAT),
        "pace": values(_PACE),
        "mood": values(_MOOD),
        "studio": values(_STUDIO),
    },
    weights={
        "category": 1.0,
        "setting": 0.875,
        "format": 0.5,
        "pace": 0.625,
        "mood": 0.75,
        "studio": 0.375,
    },
    titles=(
        "The {theme} {noun}",
        "{theme} {noun}",
        "{noun} at the {theme}",
        "{extra} {theme}: {noun}",
        "The {extra} {noun} of the {theme}",
    ),
    openings=(
        "{category} {setting}, {format}.",
        "{setting}: {category}, {pace}.",
        "{category} {setting}; {pace}.",
        "{category}, {format}, {setting}.",
    ),
    closings=(
        "{mood}. From {studio}.",
        "{mood}; {pace}.",
        "{studio} presents it; {mood}.",
        "{pace}, and {mood}.",
        "A production of {studio}; {mood}.",
    ),
)
