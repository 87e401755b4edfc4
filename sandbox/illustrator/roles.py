"""How each kind of thing stands in a scene: how large, on the ground or not, and where it is at home."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from .words import table

_SIZES = table("""
0.30: soccer, lady-beetle, bug, bee, butterfly, ladybug, ant, mosquito, fly, beetle, cricket,
    worm, snail, mouse2, hatched_chick, chipmunk, hedgehog, frog, crab, hamster, shell, spider,
    mushroom, tulip, rose, blossom, hibiscus, fire;
0.42: own-treasure-chest, own-chess-pawn,
    rabbit2, bird, black_bird, duck, rooster, turtle, parrot, owl, dove_of_peace, balloon, kite, cat2,
    black_cat, squirrel, jack_o_lantern, fish, tropical_fish, blowfish, bat, umbrella, sunflower,
    potted_plant, rock, candle, otter, badger, skunk;
0.52: dog2, penguin, fox_face, swan, flamingo, peacock, koala, pig2, sheep, goat, eagle, seal,
    guide_dog, poodle, raccoon, snake, lizard, bike, chair, snowman_without_snow, child, baby,
    telescope, monkey, octopus, beaver, turkey, goose, kangaroo, ghost, scooter, skateboard;
0.72: standing_person, man_standing, woman_standing, wolf, deer, panda_face, bear, polar_bear, gorilla,
    dolphin, crocodile, leopard, lion_face, tiger2, llama, motor_scooter, racing_motorcycle, ram,
    orangutan, boar, tent, couch_and_lamp, bed, horse, bathtub, canoe;
0.95: racehorse, cow2, ox, water_buffalo, zebra_face, own-unicorn, camel, dromedary_camel, bison,
    moose, rhinoceros, hippopotamus, shark, car, taxi, racing_car, blue_car, pickup_truck, minibus,
    tractor, helicopter, small_airplane, donkey, own-sailboat, speedboat, police_car;
1.15: own-parasol, own-cherry-tree, elephant, t-rex, dragon, whale, bus, truck, steam_locomotive,
    fire_engine, ambulance, airplane, rocket, flying_saucer, squid, mammoth, own-hot-air-balloon,
    deciduous_tree, evergreen_tree, palm_tree, hut, christmas_tree, fountain, cactus;
1.40: giraffe_face,
    house, house_with_garden, derelict_house_building, church, own-haunted-house, own-pirate-ship,
    own-bridge, sauropod, whale2, ship, passenger_ship,
    ferry, circus_tent, carousel_horse, own-windmill, classical_building, school, office, hotel, bank,
    hospital, factory, own-pyramid, shinto_shrine, statue_of_liberty, moyai;
1.70: own-village,
    european_castle, japanese_castle, own-lighthouse, tokyo_tower, ferris_wheel, roller_coaster,
    volcano, mosque, stadium
""")

RELATIVE_SIZES: Mapping[str, float] = MappingProxyType({art: float(size) for art, size in _SIZES.items()})
SIZES_BY_KIND: Mapping[str, float] = MappingProxyType(
    {
        "animal-bug": 0.3,
        "animal-bird": 0.45,
        "animal-marine": 0.6,
        "animal-mammal": 0.72,
        "transport-ground": 0.9,
    }
    | {
        "transport-water": 0.95,
        "transport-air": 0.95,
        "place-building": 1.4,
        "plant-other": 0.8,
        "place-other": 1.2,
    }
    | {"plant-flower": 0.32, "person": 0.7, "person-role": 0.7, "person-fantasy": 0.7, "person-activity": 0.7}
    | {"person-sport": 0.7, "family": 0.8, "animal-reptile": 0.7, "animal-amphibian": 0.3}
)

ROLES = table("""
fly: butterfly, bee, bat, eagle, dove_of_peace, airplane, small_airplane, airplane_departure,
    helicopter, rocket, flying_saucer, kite, balloon, own-hot-air-balloon, satellite, parachute, fairy,
    mosquito, fly, superhero, comet, angel, ghost, sparkler;
float: own-pirate-ship,
    own-sailboat, speedboat, motor_boat, ship, passenger_ship, ferry, canoe, rowboat, swan, duck,
    surfer, whale, whale2, ring_buoy;
swim: fish, tropical_fish, blowfish, dolphin, octopus, shark, squid, jellyfish, merperson, seal,
    lobster, whale, whale2, turtle_swimming
""")

# Where a thing lives when the prompt names no place.
HABITATS = table("""
underwater: fish, tropical_fish, blowfish, octopus, shark, squid, jellyfish, merperson, coral,
    diving_mask;
sea: own-pirate-ship,
    own-sailboat, speedboat, motor_boat, ship, passenger_ship, ferry, whale, whale2, dolphin, anchor,
    surfer;
lake: swan, duck, canoe, rowboat, frog, beaver, flamingo, otter, crocodile, hippopotamus, goose;
beach: palm_tree, own-parasol, crab, shell, coconut, own-sandcastle, own-lighthouse, surfer, turtle,
    beach_with_umbrella;
iceberg: penguin, polar_bear, seal;
snow: snowman_without_snow, skier, sled, santa, christmas_tree, snowboarder, moose;
desert: camel, dromedary_camel, cactus, own-pyramid, scorpion;
savanna: lion_face, elephant, giraffe_face, zebra_face, rhinoceros, leopard, mammoth, ostrich;
jungle: tiger2, monkey, gorilla, orangutan, parrot, sloth, leopard, t-rex, sauropod, snake;
forest: fox_face, deer, bear, wolf, owl, chipmunk, hedgehog, badger, mushroom, fairy, elf, tent,
    raccoon, panda_face, ninja, snail, skunk, boar;
space: rocket, flying_saucer, satellite, alien, comet, ringed_planet;
moon: own-astronaut, astronaut;
street: car, taxi, bus, truck, bike, racing_motorcycle, motor_scooter, police_car, fire_engine,
    ambulance, racing_car, traffic_light, skateboard, cop, sleuth_or_spy, tokyo_tower, superhero,
    robot_face, fire_engine, walking, umbrella, dancer;
sky: airplane, own-hot-air-balloon, helicopter, kite, balloon, eagle, parachute, dove_of_peace,
    small_airplane;
garden: butterfly, bee, rose, tulip, sunflower, hibiscus, blossom, fountain, ladybug, rabbit2,
    own-cherry-tree, cherry_blossom, bird, bouquet, spider;
room: couch_and_lamp, bed, chair, musical_keyboard, bathtub, teddy_bear, desktop_computer, television,
    cook, baby, judge, teacher, scientist, artist, student;
mountains: goat, eagle, ram, llama, mountain_bicyclist, person_climbing, dragon, mountain,
    european_castle;
lake: own-bridge;
table: own-chess-pawn;
field: own-village, own-haunted-house, own-unicorn
""")

# How high above its feet a thing carries what stands on it, as a share of its height; elsewhere on its top.
SEATS: Mapping[str, float] = MappingProxyType(
    {
        art: float(share)
        for art, share in table("""
0.42: couch_and_lamp, chair, seat, bathtub;
0.5: bed, bench, own-sailboat, canoe, elephant;
0.6: own-bridge, sunflower, own-treasure-chest, own-pirate-ship;
0.7: turtle, whale, own-cherry-tree, deciduous_tree
""").items()
    }
)
