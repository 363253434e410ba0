"""Words of the music service: tracks by genre and subject.

A line is a row of a table: value; family; title words; phrases.
"""

# ruff: noqa: E501 - a wrapped row would hide the columns

from longtail_lib.simulation._vocabulary import Vocabulary, values

__all__ = ["MUSIC"]

_CATEGORY = """
folk; acoustic; Ballad|Lullaby|Song|Reel|Air|Tune; a folk song|an old melody, newly arranged|fireside music in the folk tradition
country; acoustic; Two-Step|Hometown|Highway Song|Porch Song|Rodeo|Homecoming; a country number|honky-tonk with a crying guitar|a song for truck drivers
blues; roots; Blues|Shuffle|Boogie|Moan|Slow Drag|Stomp; twelve bars of blues|a blues shuffle|a delta lament
jazz; roots; Swing|Quartet|Bop|Standard|Improvisation|Riff; a jazz piece|a swinging quartet recording|improvised lines over a walking beat
soul; groove; Devotion|Groove|Testify|Sweetness|Heartache|Honey; a soul number|rhythm and blues with a gospel choir|a velvet-voiced plea
funk; groove; Strut|Funk|Get Down|Jam|Bounce|Slap; a funk workout|a tight groove that struts|music for dancing on the one
rock; loud; Anthem|Riot|Thunder|Rebellion|Amplifier|Overdrive; a rock anthem|a song for stadiums|four chords and a lot of noise
metal; loud; Forge|Doom|Onslaught|Wrath|Iron Mass|Inferno; a metal assault|heavy riffs and double kick|music as loud as a steelworks
house; electronic; Club Mix|Loop|Floor|Sunrise Set|Four-Four|Pulse; a house track|a club cut in four to the floor|made for the dance floor at three in the morning
ambient; electronic; Drift|Stillness|Horizon|Drone|Haze|Soundscape; an ambient piece|a slow wash of sound|background music for thinking
hip-hop; spoken; Freestyle|Cypher|Verse|Block Party|Hustle|Sampler; a hip-hop track|rapped over dusty samples|verses traded over a hard beat
chamber music; composed; Nocturne|Sonata|Prelude|Trio|Fugue|Adagio; a chamber work|music for a small ensemble|a composition in three movements
"""

_SUBJECT = """
the sea; nature; Tidal|Saltwater|Anchor|Seagull|Undertow|Harbour; about the sea|that rolls like waves|with harbours and farewells
rain; nature; Rainy Window|Puddle|Drizzle|Umbrella|Downpour|Wet Street; about rain on a window|for a day of drizzle|full of grey skies
summer; nature; Heatwave|Sunburn|July|Lemonade|Barefoot|Long Evening; about a long hot summer|that tastes of lemonade|for open windows in July
winter; nature; Snowfall|Frostbite|December|Icicle|Fireside|Bare Branch; about snow and short days|that sounds like December|cold as a frozen lake
night; night; Midnight|Streetlight|Insomnia|Three O'Clock|Moonlit|Darkroom; about being awake at night|after the last train has gone|lit by street lamps
stars; night; Satellite|Starfield|Gravity|Moonwalk|Cosmic|Perseid; about the stars|that looks up at the moon|drifting through outer space
trains; road; Railway|Freight Train|Platform|Departure|Ticket|Sleeper; about a train leaving|with wheels clattering underneath|from the window of a carriage
the road; road; Mile Marker|Motel|Gravel Road|Rear Mirror|Hitchhiker|Exit Nine; about driving without a map|with motels and gas stations|for a long drive
new love; heart; First Kiss|Crush|Butterflies|Love Letter|Blush|Handhold; about falling in love|that blushes in every line|for a first dance
lost love; heart; Goodbye|Empty Chair|Unsent|Ex-Lover|Teardrop|Old Photograph; about a love that ended|about the one who left|for the week after parting
friends; people; Old Friends|Roommates|Campfire|Gang of Five|Reunion|Barstool; about friends who stayed|for singing in company|about people who know you too well
family; people; Grandmother|Brother|Kitchen Table|Hand-Me-Down|Cradle|Sunday Lunch; about mothers and sons|around the kitchen table|about where one comes from
work; city; Overtime|Factory|Payday|Nine-to-Five|Foreman|Assembly Line; about working for wages|that clocks in and out|sung against the boss
the city; city; Concrete|Taxi|Elevator|Crosswalk|Skyscraper|Corner Store; about life in the city|with traffic in the background|between tall buildings
dreams; inner; Daydream|Sleepwalk|Pillow|Lucid|Mirage|Paper Moon; as unreal as a dream|about what one sees asleep|half awake and floating
protest; inner; Raised Fist|Megaphone|Barricade|No More|Picket|Petition; against injustice|for marching in the street|that refuses to be silent
"""

_TEMPO = """
very slow; slow; Slow|Sleepy|Heavy; slower than a heartbeat|at a crawl|hardly moving at all
slow; slow; Easy|Lazy|Hushed; relaxed in tempo|unhurried|taken gently
medium; quick; Walking|Rolling|Steady; at a walking pace|in an easy mid-tempo|neither slow nor fast
fast; quick; Racing|Jumping|Restless; fast and driving|quick on its feet|up-tempo from the first bar
"""

_VOICE = """
instrumental; none; ; without a single word|purely instrumental|no voice at all
solo voice; sung; ; sung by one close voice|a lone singer up front|just one voice and little else
duet; sung; ; sung by two|a duet in close harmony|two voices answering each other
choir; sung; ; with a choir behind it|many voices together|carried by massed voices
"""

_INSTRUMENT = """
piano; keys; ; a piano leads|built around a piano|eighty-eight keys and not one wasted
organ; keys; ; a humming organ underneath|with an electric organ|an organ swells in the chorus
acoustic guitar; strings; ; on a wooden guitar|finger-picked on six strings|a guitar without a plug
electric guitar; strings; ; with a distorted guitar|a guitar solo in the middle|amplified strings ring out
violin; strings; ; a fiddle carries the tune|bowed strings answer|with a violin that weeps
saxophone; wind; ; a saxophone takes over|with a smoky tenor horn|a horn line you will hum
synthesizer; machine; ; drenched in synthesizers|on old analogue machines|with a shimmering keyboard pad
drum machine; machine; ; over a drum machine|a programmed beat ticks on|with a boxy electronic kick
"""

_LABEL = """
Amber Groove; a; ; Amber Groove
Bellweather; a; ; Bellweather
Cinder Tapes; b; ; Cinder Tapes
Dusty Needle; b; ; Dusty Needle
Echo Parlour; c; ; Echo Parlour
Fennel Street; c; ; Fennel Street
Glass Harbour; d; ; Glass Harbour
Hazel & Son; d; ; Hazel & Son
"""

MUSIC = Vocabulary(
    attributes={
        "category": values(_CATEGORY),
        "subject": values(_SUBJECT),
        "tempo": values(_TEMPO),
        "voice": values(_VOICE),
        "instrument": values(_INSTRUMENT),
        "label": values(_LABEL),
    },
    weights={
        "category": 1.0,
        "subject": 0.75,
        "tempo": 0.625,
        "voice": 0.625,
        "instrument": 0.75,
        "label": 0.375,
    },
    titles=(
        "{theme} {noun}",
        "{extra} {theme} {noun}",
        "{theme} ({extra} {noun})",
        "{theme}: {noun}",
        "{theme}, {other} ({noun})",
    ),
    openings=(
        "{category} {subject}, {tempo}.",
        "{category} {subject}; {instrument}.",
        "{tempo}: {category} {subject}.",
        "{category}, {voice}, {subject}.",
    ),
    closings=(
        "{instrument}, {voice}.",
        "{voice}; {instrument}. Out on {label}.",
        "{instrument}. {tempo}.",
        "Released by {label}; {voice}.",
        "{tempo}; {instrument}.",
        "{instrument}. A {label} record.",
        "{voice}. {tempo}, on {label}.",
    ),
)
