"""Invented names: streets and squares that any town could have, in the letters of the place."""

from dataclasses import dataclass


@dataclass(frozen=True)
class City:
    """What a region of the demo is made of."""

    code: str
    name: str
    timezone: str
    language: str
    streets: tuple[str, ...]
    long_street: str
    """A name that every page has to bear."""
    comments: tuple[str, ...]
    """What a shopper may add to a "no"."""


BUDAPEST = City(
    "BUD",
    "Budapest",
    "Europe/Budapest",
    "hu",
    (
        "Fő tér",
        "Virág utca",
        "Patak utca",
        "Hársfa sor",
        "Malom köz",
        "Liget tér",
        "Kert utca",
        "Híd utca",
        "Vásár tér",
        "Szőlő utca",
        "Rózsa köz",
        "Állomás tér",
        "Tópart sétány",
        "Gyöngy utca",
    ),
    "Nagypatak-parti virágpiac és Malomkert sétány sarka, a piaccsarnok udvarában, hátsó bejárat",
    ("Éppen nagyon sokan voltak.", "A pultnál egy ideig nem volt senki.", "Senki sem említette."),
)
LONDON = City(
    "LON",
    "London",
    "Europe/London",
    "en",
    (
        "High Street",
        "Market Square",
        "Mill Lane",
        "Station Road",
        "Orchard Row",
        "River Walk",
        "Elm Grove",
        "Canal Side",
        "Garden Terrace",
        "Bridge Street",
        "Meadow Way",
        "Harbour Steps",
        "Church Green",
        "Old Dairy Yard",
    ),
    "Old Dairy Yard at the corner of Market Square and Orchard Row, first floor, above the bakery",
    ("It was very busy at that time.", "Nobody was at the desk for a while.", "Nobody mentioned it."),
)
CHENNAI = City(
    "MAA",
    "Chennai",
    "Asia/Kolkata",
    "ta",
    (
        "பூங்கா தெரு",
        "Lake View Road",
        "கடற்கரை சாலை",
        "Temple Tank Street",
        "சந்தை தெரு",
        "Palm Avenue",
        "ஏரிக்கரை சாலை",
        "Station Road",
        "பாலம் தெரு",
        "Old Market Square",
        "தோட்டத் தெரு",
        "Lighthouse Lane",
        "மலர் வீதி",
        "Banyan Corner",
    ),
    "பழைய சந்தைத் தெருவும் ஏரிக்கரைச் சாலையும் சந்திக்கும் முனை, பூங்காவின் எதிர்ப்புறம்",
    (
        "அப்போது கூட்டம் அதிகமாக இருந்தது.",
        "வரவேற்பு மேசையில் சிறிது நேரம் யாரும் இல்லை.",
        "யாரும் அதைக் குறிப்பிடவில்லை.",
    ),
)
HYDERABAD = City(
    "HYD",
    "Hyderabad",
    "Asia/Kolkata",
    "te",
    (
        "చెరువు వీధి",
        "Rock Garden Lane",
        "తోట వీధి",
        "Old Market Square",
        "బజారు వీధి",
        "Mango Grove",
        "నది రోడ్డు",
        "Fort View",
        "పూల వీధి",
        "Pearl Street",
        "వంతెన రోడ్డు",
        "Lake View Road",
        "స్టేషన్ రోడ్డు",
        "Hill Crossing",
    ),
    "పాత బజారు వీధి, చెరువు రోడ్డు కలిసే మూల, తోట ఎదురుగా, రెండో అంతస్తు",
    ("ఆ సమయంలో చాలా రద్దీగా ఉంది.", "కౌంటర్ దగ్గర కాసేపు ఎవరూ లేరు.", "ఎవరూ దాని గురించి చెప్పలేదు."),
)
DELHI = City(
    "DEL",
    "Delhi",
    "Asia/Kolkata",
    "hi",
    (
        "बाग़ मार्ग",
        "Garden Lane",
        "बाज़ार चौक",
        "Ring Road",
        "झील मार्ग",
        "Lotus Street",
        "पुल मार्ग",
        "Hill View",
        "स्टेशन रोड",
        "Canal Road",
        "फूल गली",
        "Old Fort Square",
        "नदी मार्ग",
        "Clock Tower Chowk",
    ),
    "पुराने बाज़ार चौक और झील मार्ग का कोना, बाग़ के सामने, दूसरी मंज़िल",
    ("उस समय बहुत भीड़ थी।", "काउंटर पर कुछ देर कोई नहीं था।", "किसी ने इसका ज़िक्र नहीं किया।"),
)
CITIES = (BUDAPEST, LONDON, CHENNAI, HYDERABAD, DELHI)


def street(city: City, number: int) -> str:
    """The name of a city's branch: streets repeat with a number once they run out."""
    again, place = divmod(number, len(city.streets))
    return f"{city.streets[place]} {again + 1}" if again else city.streets[place]
