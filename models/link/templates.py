"""Incidents told in the same words: what a police force or an agency fills in each week, and what no collected set holds.

The sets of real articles have each incident in its own words, so a model of them alone believes words more than names. All
texts, names and mixtures are ours. Several incidents of one template differ in town, victim, day and number, some in the
victim and the day alone; each has one to four reports, the last one now and then a reprint.
"""

import datetime
import random

FIRST = "Akua Bilal Chidi Daria Emeka Fatima Goran Hana Ibrahim Jelena Kwame Leila Marko Nadia Omar Petra Rashid Sofia Tariq Vera Wanjiru Yusuf Zainab Andrei".split()
LAST = "Adeyemi Bakare Chukwu Dimitrov Eze Farah Gueye Hrytsenko Idris Jovanovic Kamara Larbi Mbeki Nkosi Ouedraogo Popescu Qureshi Rahimi Sesay Tchamba Usman Vasquez Warsame Yilmaz".split()
TOWNS = "Lagos Sokoto Donetsk Zaporizhzhia Culiacan Tijuana Jalalabad Kunduz Kirkuk Ramadi Bamako Kumasi Idlib Homs Bukavu Peshawar Karachi Nakuru Zamboanga Baghdad Jos Lviv Bogota Recife Caracas Nairobi Kampala Lahore Srinagar Imphal Colombo Cotabato Mandalay Sittwe Tripoli Benghazi Aden Taiz Gaza Nablus Beirut Adana Diyarbakir Tbilisi Yerevan Chisinau Athens Naples Marseille Birmingham Memphis Cleveland Oakland Houston".split()
PREMISES = ["a market", "a mosque", "a mine", "a barracks", "a police post", "a filling station", "a railway station", "a warehouse", "a cinema", "a power plant", "a wedding hall", "a pharmacy", "a prison", "a bridge", "a town hall"]
STREETS = ["Mill Road", "Station Road", "Church Street", "Independence Avenue", "Airport Road", "Garden Street", "River Road", "Market Street"]

# Reports of one incident, by template. {n} grows from report to report where m stands: a count that is told later.
TEMPLATES = [
    ["Gunmen attacked {p} in {t} on {d}, killing {n} people, the police said. The owner, {v}, was among the dead.",
     "{m} people have died after the attack on {p} in {t}, doctors said. {v} was shot as he fled, witnesses told reporters.",
     "Hundreds of people buried {v} in {t}, days after gunmen killed {m} people at {p}. The governor condemned the attack."],
    ["A bomb exploded near {p} in {t} on {d}, killing {n} people and wounding dozens. No group has claimed the bombing. {v}, a trader, lost both legs.",
     "The death toll of the bombing near {p} in {t} rose to {m}, a hospital said. {v} died of wounds overnight.",
     "Police arrested a suspect in the bombing that killed {m} people near {p} in {t}. Relatives of {v} demanded justice."],
    ["Police are investigating a shooting that left {n} people wounded on {s} in {t}. Officers were called to the scene at about 9 p.m. on {d} and found {v}, {a}, with a gunshot wound. The victim was taken to a local hospital. No arrests have been made. Anyone with information is asked to call the police department's tip line. Callers may remain anonymous, and a reward may be paid for information that leads to an arrest. The investigation is continuing.",
     "A person has died after a shooting on {s} in {t}, police said. The victim was identified as {v}, {a}. Officers were called to the scene at about 9 p.m. on {d}. No arrests have been made. Anyone with information is asked to call the police department's tip line. Callers may remain anonymous, and a reward may be paid for information that leads to an arrest. The investigation is continuing."],
    ["Thousands of workers went on strike at {p} in {t} on {d}, demanding higher wages. Union leader {v} said that talks had failed.",
     "The strike at {p} in {t} entered its second day. {v}, who leads the union, called for more protests."],
    ["Police fired tear gas at protesters outside {p} in {t} on {d}, and arrested {n} people. Activist {v} was among those detained.",
     "A court in {t} released {v}, who was detained with {m} other protesters outside {p}. The police had fired tear gas.",
     "Rights groups condemned the arrest of {v} and {m} others in {t}. They had marched to {p}."],
    ["A fire at {p} in {t} killed {n} people on {d}, officials said. Fire chief {v} said that the cause was not known.",
     "{m} bodies were recovered from {p} in {t} after the fire, {v} said. Families waited outside."],
    ["Kidnappers seized {v} near {p} in {t} on {d} and demanded a ransom, the police said. A driver was killed.",
     "{v}, who was kidnapped near {p} in {t}, was freed, the family said. It is not known whether a ransom was paid."],
    ["{d}'s clashes between two armed groups in {t} left {n} people dead, residents said. Commander {v} blamed the other side.",
     "Fighting died down in {t} after clashes killed {m} people. {v}, a commander, agreed to a truce, residents said."],
    ["A court in {t} sentenced {v} to {n} years in prison on {d} for an attack on {p}. The defence will appeal.",
     "The lawyer of {v}, who was sentenced to {n} years in prison in {t}, filed an appeal. The attack on {p} shocked the town."],
    ["Officers arrested {v}, {a}, in {t} on {d} after a stabbing on {s}. {n} people were taken to hospital with injuries that are not thought to be life-threatening. Detectives are asking for witnesses, and for anyone who has footage from a doorbell or a dashboard camera, to come forward. A police spokesman said that patrols had been stepped up in the area to reassure residents. The man remains in custody and will appear before magistrates.",
     "{v}, {a}, has been charged after a stabbing on {s} in {t} that injured {n} people. Detectives are asking for witnesses, and for anyone who has footage from a doorbell or a dashboard camera, to come forward. A police spokesman said that patrols had been stepped up in the area to reassure residents. The man remains in custody and will appear before magistrates."],
]
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()


def articles(incidents=16, seed=13):
    """Articles with the incident as their `cluster`."""
    chance, out = random.Random(seed), []
    for k, reports in enumerate(TEMPLATES):
        towns = chance.sample(TOWNS, incidents - 3)
        towns += towns[:3]
        for i in range(incidents):
            day = datetime.date(2023, 2 + k % 3, 1) + datetime.timedelta(days=chance.randrange(28))
            n = chance.randrange(2, 12)
            slots = {
                "v": f"{chance.choice(FIRST)} {chance.choice(LAST)}", "t": towns[i], "p": chance.choice(PREMISES),
                "s": f"the {chance.randrange(1, 60)}00 block of {chance.choice(STREETS)}", "d": DAYS[day.weekday()],
                "a": chance.randrange(18, 70), "n": n,
            }
            told = [(text, r) for r, text in enumerate(reports) if r == 0 or chance.random() < 0.8]
            told += [(told[0][0], 0)] * (chance.random() < 0.2)
            for j, (text, r) in enumerate(told):
                at = day + datetime.timedelta(days=r and chance.randrange(1, 4))
                text = text.format(m=n + r, **slots)
                out.append({
                    "id": f"template-{k}-{i}-{j}", "cluster": f"template-{k}-{i}", "text": text,
                    "title": text.split(". ")[0].split(", ")[0], "published_at": f"{at}T{9 + j:02}:00:00Z",
                })
    return out
