//! The invented world: categories, countries and the words that company names are made of. Nobody here exists.

/// What suppliers sell, and how that market behaves.
#[derive(Debug)]
pub(crate) struct Category {
    pub(crate) code: &'static str,
    pub(crate) name: &'static str,
    /// What company names in this trade are made of, in no language in particular.
    pub(crate) trade: &'static str,
    pub(crate) items: &'static [&'static str],
    pub(crate) unit: &'static str,
    /// Cents per unit, cheapest and dearest item.
    pub(crate) price: (i64, i64),
    /// Units per order line.
    pub(crate) lot: (i64, i64),
    pub(crate) lead_days: i64,
    /// How concentrated the market is, 0 to 1 million.
    pub(crate) market_hhi_ppm: i64,
    /// How much the company's own work depends on it, 1 to 5.
    pub(crate) impact: i64,
    /// Share of all suppliers, in percent.
    pub(crate) share: u32,
}

macro_rules! category {
    ($code:literal $name:literal $trade:literal [$($item:literal),+] $unit:literal $price:expr, $lot:expr, $lead:literal d, $hhi:literal, impact $impact:literal, share $share:literal) => {
        Category {
            code: $code, name: $name, trade: $trade, items: &[$($item),+], unit: $unit, price: $price, lot: $lot,
            lead_days: $lead, market_hhi_ppm: $hhi, impact: $impact, share: $share,
        }
    };
}

pub(crate) const CATEGORIES: &[Category] = &[
    category!("CAST" "Castings" "Castings" ["Pump housing HP-40", "Valve body VB-12", "Gear case GC-7", "Bracket, ductile iron", "Impeller blank"] "pc" (1_800, 42_000), (5, 60), 42 d, 160_000, impact 5, share 6),
    category!("FORG" "Forgings" "Forge" ["Crank shaft blank", "Flange DN80", "Connecting rod", "Ring, rolled 400"] "pc" (2_500, 38_000), (5, 50), 49 d, 180_000, impact 4, share 4),
    category!("MACH" "Machined parts" "Precision" ["Shaft S-22", "Spindle nose", "Sleeve, ground", "Piston P-9", "Manifold block"] "pc" (900, 26_000), (10, 120), 28 d, 60_000, impact 4, share 11),
    category!("BEAR" "Bearings" "Bearings" ["Deep groove 6208", "Angular contact 7210", "Ceramic hybrid set", "Needle cage"] "pc" (350, 18_000), (20, 300), 35 d, 240_000, impact 5, share 3),
    category!("MOTR" "Motors and drives" "Drives" ["Servo motor 1.5 kW", "Gear motor 0.75 kW", "Inverter 5.5 kW"] "pc" (14_000, 120_000), (1, 12), 56 d, 170_000, impact 5, share 4),
    category!("ELEC" "Electronics" "Electronics" ["Controller board CB-4", "Power supply 24 V", "Display module 7 in", "Relay board"] "pc" (1_200, 22_000), (20, 250), 63 d, 120_000, impact 5, share 7),
    category!("SENS" "Sensors" "Sensors" ["Pressure sensor 0-16 bar", "Flow meter DN25", "Proximity switch M12", "Temperature probe"] "pc" (1_500, 19_000), (10, 150), 35 d, 140_000, impact 4, share 4),
    category!("FAST" "Fasteners" "Fasteners" ["Hex bolt M8x40", "Locking nut M10", "Washer A2 M12", "Stud M16x90"] "100 pc" (400, 4_500), (10, 200), 14 d, 30_000, impact 2, share 8),
    category!("PLAS" "Plastic parts" "Plastics" ["Cover, ABS", "Cable guide", "Handle, glass filled", "Knob 40 mm"] "pc" (60, 1_900), (200, 3_000), 30 d, 50_000, impact 3, share 9),
    category!("SEAL" "Seals and elastomers" "Seals" ["O-ring 42x3 FKM", "Shaft seal 35-52", "Gasket set G-5", "Bellows"] "pc" (25, 2_600), (100, 2_000), 21 d, 150_000, impact 4, share 5),
    category!("CERA" "Technical ceramics" "Ceramics" ["Ceramic bearing ring", "Nozzle, zirconia", "Insulator C-3"] "pc" (2_200, 28_000), (5, 40), 70 d, 310_000, impact 5, share 1),
    category!("STEL" "Steel and plate" "Steel" ["Plate S355 10 mm", "Round bar 42CrMo4", "Tube 60x5"] "kg" (95, 480), (300, 4_000), 21 d, 90_000, impact 3, share 6),
    category!("HYDR" "Hydraulics" "Hydraulics" ["Cylinder 63/36", "Valve block 4/3", "Hose assembly 2SN"] "pc" (3_500, 45_000), (2, 30), 42 d, 130_000, impact 4, share 4),
    category!("FILT" "Filters and media" "Filtration" ["Filter element FE-200", "Coarse mesh", "Activated carbon pad"] "pc" (700, 8_000), (10, 120), 21 d, 100_000, impact 3, share 3),
    category!("CABL" "Cables and harnesses" "Cable" ["Harness H-11", "Sensor cable 5 m", "Motor cable 4x2.5"] "pc" (500, 9_500), (20, 200), 28 d, 70_000, impact 3, share 5),
    category!("COAT" "Surface treatment" "Coatings" ["Anodising, per basket", "Zinc nickel, per kg", "Powder coating RAL 7016"] "job" (4_000, 30_000), (1, 10), 10 d, 60_000, impact 3, share 3),
    category!("TOOL" "Tooling" "Tools" ["Insert CNMG 120408", "Drill 8.5 carbide", "Fixture FX-2"] "pc" (800, 60_000), (1, 40), 20 d, 110_000, impact 2, share 4),
    category!("PACK" "Packaging" "Packaging" ["Carton 600x400", "Pallet, export", "Foam inlay"] "pc" (45, 1_800), (200, 2_500), 10 d, 20_000, impact 1, share 5),
    category!("FRGT" "Freight" "Logistics" ["Groupage, per pallet", "Full load EU", "Express parcel"] "job" (6_000, 140_000), (1, 8), 5 d, 40_000, impact 3, share 3),
    category!("MROS" "Maintenance supplies" "Supply" ["Gloves, box", "Lubricant 20 l", "Cleaning cloth roll", "Abrasive disc"] "pc" (300, 7_500), (5, 60), 7 d, 10_000, impact 1, share 5),
];

/// A country with its companies' habits.
#[derive(Debug)]
pub(crate) struct Country {
    pub(crate) code: &'static str,
    pub(crate) cities: &'static [&'static str],
    pub(crate) stems: &'static [&'static str],
    pub(crate) forms: &'static [&'static str],
    pub(crate) given: &'static [&'static str],
    pub(crate) family: &'static [&'static str],
    pub(crate) share: u32,
    /// How likely its deliveries are disrupted, 0 to 10,000 hundredths, before the supplier's own circumstances.
    pub(crate) risk_centi: i64,
}

pub(crate) const COUNTRIES: &[Country] = &[
    Country { code: "DE", cities: &["Aalen", "Chemnitz", "Solingen", "Bielefeld", "Schweinfurt", "Ulm"], stems: &["Albrecht", "Bramkamp", "Dornbusch", "Eichholz", "Falkner", "Grünwald", "Hartung", "Ibsen", "Jagst", "Kolbe", "Lindauer", "Morgenroth", "Neckar", "Osterfeld", "Pfalz", "Quast", "Rheinau", "Sauer", "Teutonia", "Ulrich", "Vogtland", "Westerwald", "Zoller"], forms: &["GmbH", "GmbH & Co. KG", "AG", "KG"], given: &["Jonas", "Katrin", "Felix", "Heike", "Sven", "Anja"], family: &["Weber", "Krämer", "Vogt", "Schuster", "Brandt", "Lorenz"], share: 24, risk_centi: 1_200 },
    Country { code: "SE", cities: &["Jönköping", "Västerås", "Skövde", "Borås"], stems: &["Norrvik", "Dalarö", "Björkö", "Storfors", "Lindesby", "Kråkfors", "Hjälmaren"], forms: &["AB"], given: &["Marta", "Erik", "Linnea", "Oskar"], family: &["Ekström", "Lindqvist", "Sjöberg", "Nyström"], share: 6, risk_centi: 1_000 },
    Country { code: "IT", cities: &["Brescia", "Bergamo", "Modena", "Vicenza", "Lecco"], stems: &["Brentana", "Montebello", "Adamello", "Lario", "Valseriana", "Cisalpina", "Orobica", "Gardesana", "Serenissima"], forms: &["S.r.l.", "S.p.A."], given: &["Giulia", "Marco", "Elena", "Davide"], family: &["Ferrari", "Moretti", "Galli", "Conti"], share: 11, risk_centi: 2_000 },
    Country { code: "FR", cities: &["Grenoble", "Saint-Étienne", "Cholet", "Roanne"], stems: &["Rhodane", "Vercors", "Armorique", "Jurassienne", "Belledonne", "Forézienne", "Morvan"], forms: &["SAS", "SARL", "SA"], given: &["Camille", "Julien", "Claire", "Bastien"], family: &["Moreau", "Garnier", "Lefèvre", "Chevalier"], share: 7, risk_centi: 1_600 },
    Country { code: "PL", cities: &["Gdynia", "Rzeszów", "Bielsko-Biała", "Poznań"], stems: &["Baltyk", "Karpacka", "Wisla", "Sudety", "Mazur", "Podhale", "Kaszub"], forms: &["Sp. z o.o.", "S.A."], given: &["Agnieszka", "Tomasz", "Ewa", "Paweł"], family: &["Nowak", "Wójcik", "Zieliński", "Lewandowska"], share: 9, risk_centi: 2_200 },
    Country { code: "CZ", cities: &["Brno", "Plzeň", "Ostrava"], stems: &["Morava", "Krkonoše", "Vltava", "Beskydy", "Šumava"], forms: &["s.r.o.", "a.s."], given: &["Petra", "Tomáš", "Lucie"], family: &["Novotná", "Dvořák", "Svoboda"], share: 5, risk_centi: 1_700 },
    Country { code: "NL", cities: &["Eindhoven", "Enschede", "Dordrecht"], stems: &["Maasvlakte", "Veluwe", "Zeeland", "Twente", "Kempen"], forms: &["B.V.", "N.V."], given: &["Sanne", "Daan", "Femke"], family: &["de Vries", "Bakker", "Visser"], share: 5, risk_centi: 1_100 },
    Country { code: "BE", cities: &["Gent", "Liège"], stems: &["Scheldeland", "Ardenne", "Leie"], forms: &["BV", "NV"], given: &["Lotte", "Pieter"], family: &["Peeters", "Maes"], share: 2, risk_centi: 1_300 },
    Country { code: "AT", cities: &["Steyr", "Graz", "Linz"], stems: &["Ennstal", "Traun", "Karwendel", "Mürz"], forms: &["GmbH", "AG"], given: &["Lukas", "Eva"], family: &["Gruber", "Hofer"], share: 4, risk_centi: 1_100 },
    Country { code: "ES", cities: &["Bilbao", "Zaragoza", "Vitoria"], stems: &["Cantábrica", "Ebro", "Nervión", "Pirineo"], forms: &["S.L.", "S.A."], given: &["Lucía", "Javier"], family: &["Navarro", "Ortega"], share: 4, risk_centi: 2_100 },
    Country { code: "FI", cities: &["Tampere", "Oulu"], stems: &["Saimaa", "Kymi", "Pirkka"], forms: &["Oy"], given: &["Aino", "Mikko"], family: &["Virtanen", "Laine"], share: 2, risk_centi: 1_000 },
    Country { code: "DK", cities: &["Odense", "Aalborg"], stems: &["Limfjord", "Fyn", "Sønderjysk"], forms: &["A/S", "ApS"], given: &["Freja", "Mads"], family: &["Sørensen", "Holm"], share: 2, risk_centi: 1_000 },
    Country { code: "GB", cities: &["Sheffield", "Coventry", "Stoke-on-Trent"], stems: &["Pennine", "Severn", "Oriel", "Cotswold", "Tyneside"], forms: &["Ltd", "PLC"], given: &["Harriet", "Owen"], family: &["Whitfield", "Pryce"], share: 4, risk_centi: 2_000 },
    Country { code: "CH", cities: &["Winterthur", "Biel"], stems: &["Aare", "Jura", "Säntis"], forms: &["AG"], given: &["Nina", "Reto"], family: &["Keller", "Zumsteg"], share: 2, risk_centi: 900 },
    Country { code: "JP", cities: &["Nagano", "Hamamatsu"], stems: &["Kiso", "Asahidake", "Hayashi"], forms: &["K.K."], given: &["Haruka", "Kenji"], family: &["Tanaka", "Mori"], share: 2, risk_centi: 2_800 },
    Country { code: "CN", cities: &["Ningbo", "Suzhou", "Dongguan"], stems: &["Jinhe", "Donghai", "Xinlu", "Hengtai"], forms: &["Co., Ltd."], given: &["Li", "Wei"], family: &["Zhang", "Chen"], share: 4, risk_centi: 4_200 },
    Country { code: "VN", cities: &["Hai Phong", "Bien Hoa"], stems: &["Sông Hồng", "Minh An"], forms: &["JSC"], given: &["Linh", "Quang"], family: &["Nguyen", "Tran"], share: 1, risk_centi: 3_800 },
    Country { code: "IN", cities: &["Pune", "Coimbatore"], stems: &["Deccan", "Sahyadri", "Kaveri"], forms: &["Pvt Ltd"], given: &["Priya", "Arjun"], family: &["Iyer", "Kulkarni"], share: 2, risk_centi: 3_700 },
    Country { code: "US", cities: &["Dayton", "Rockford"], stems: &["Great Lakes", "Allegheny", "Cumberland"], forms: &["Inc.", "LLC"], given: &["Megan", "Tyler"], family: &["Hayes", "Porter"], share: 2, risk_centi: 1_800 },
    Country { code: "MX", cities: &["Monterrey"], stems: &["Sierra", "Bajío"], forms: &["S.A. de C.V."], given: &["Ximena", "Diego"], family: &["Herrera", "Salas"], share: 1, risk_centi: 3_600 },
    Country { code: "TR", cities: &["Bursa"], stems: &["Marmara", "Uludağ"], forms: &["A.Ş."], given: &["Elif", "Emre"], family: &["Yılmaz", "Demir"], share: 1, risk_centi: 4_000 },
];

/// Second words of company names, so that one stem can stand for several companies.
pub(crate) const SUFFIXES: &[&str] =
    &["", "Technik", "Industries", "Works", "Group", "Systems", "Components", "Partners", "Nova", "Plus"];
