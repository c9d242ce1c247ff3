"""The straightforward way: ten annotations of the C. elegans connectome with pandas.

Usage: connectome.py DATA OUT. Reads the raw files below DATA/celegans, names the cells canonically, and writes
OUT/edge.parquet (one row per annotation, pair and kind) and OUT/consensus.parquet (the published consensus). No
checks, no provenance, no account of what was left out: only the numbers.
"""

import json
import os
import re
import sys

import h5py
import numpy as np
import pandas as pd
from scipy.io import loadmat

DATA, OUT = os.path.join(sys.argv[1], "celegans"), sys.argv[2]


def path(*parts):
    return os.path.join(DATA, *parts)


with open(path("neuron_labels_300.json")) as file:
    LABELS = json.load(file)
NEURONS = set(LABELS) | {"CANL", "CANR"}
PADDED = re.compile(r"^(AS|DA|DB|DD|VA|VB|VC|VD)0([1-9])$")


def neuron(name):
    if name in NEURONS:
        return name
    unpadded = PADDED.sub(r"\1\2", name)
    if unpadded in NEURONS:
        return unpadded
    return {"avfl": "AVFL", "avfr": "AVFR"}.get(name)


replacements = pd.read_csv(path("WormWideWeb", "connectome_neurons_replacement.csv"), encoding="utf-8-sig", dtype=str)
ALIASES = {}
for alias, label in zip(replacements["original"].str.strip(), replacements["replacement"].str.strip()):
    if neuron(alias) is None and alias != label:
        ALIASES.setdefault(alias, label)


def canonical(name):
    known = neuron(name)
    if known is not None:
        return known
    target = ALIASES.get(name)
    return name if target is None else (neuron(target) or target)


def records(pre, post, kind, weight, type=None):
    return pd.DataFrame({"pre_raw": pre, "post_raw": post, "kind": kind, "weight": weight, "type": type})


def from_matrix(matrix, rows, columns, kind):
    """Non-zero cells row by row, rows presynaptic."""
    i, j = np.nonzero(matrix)
    return records(np.array(rows)[i], np.array(columns)[j], kind, matrix[i, j])


def cook2019():
    file = path("Cook2019", "SI 5 Connectome adjacency matrices, corrected July 2020.xlsx")
    sheets = {"hermaphrodite chemical": "chemical", "hermaphrodite gap jn symmetric": "gap"}
    frames = []
    for sheet, kind in sheets.items():
        grid = pd.read_excel(file, sheet_name=sheet, header=None, engine="openpyxl")
        columns = [c for c in range(3, grid.shape[1]) if isinstance(grid.iat[2, c], str)]
        rows = [r for r in range(3, grid.shape[0]) if isinstance(grid.iat[r, 2], str)]
        values = grid.iloc[rows, columns].apply(pd.to_numeric, errors="coerce").fillna(0).to_numpy(float)
        names = [grid.iat[r, 2].strip() for r in rows], [grid.iat[2, c].strip() for c in columns]
        frames.append(from_matrix(values, *names, kind))
    return pd.concat(frames)


def chklovskii():
    table = pd.read_excel(path("Chklovskii", "NeuronConnect.xls"), sheet_name="NeuronConnect.csv", engine="xlrd")
    kinds = {"S": "chemical", "Sp": "chemical", "EJ": "gap", "NMJ": "nmj"}
    table = table[table["Type"].isin(kinds.keys())]
    pre, post = table["Neuron 1"].str.strip(), table["Neuron 2"].str.strip()
    return records(pre, post, table["Type"].map(kinds), table["Nbr"], table["Type"])


def openworm():
    file = path("OpenWorm", "CElegansNeuronTables.xls")
    sheets = pd.read_excel(file, sheet_name=["Connectome", "NeuronsToMuscle"], engine="xlrd")
    edges, muscles = sheets["Connectome"], sheets["NeuronsToMuscle"]
    kinds = edges["Type"].str.strip().map({"Send": "chemical", "GapJunction": "gap"})
    count = "Number of Connections"
    return pd.concat([
        records(edges["Origin"].str.strip(), edges["Target"].str.strip(), kinds, edges[count]),
        records(muscles["Neuron"].str.strip(), muscles["Muscle"].str.strip(), "nmj", muscles[count]),
    ])


def edge_list(name):
    table = pd.read_csv(path("White1986", name), sep="\t")
    kinds = table["type"].map({"chemical": "chemical", "electrical": "gap"})
    return records(table["pre"].str.strip(), table["post"].str.strip(), kinds, table["synapses"])


def nemanode(name):
    with open(path("NemaNode", name)) as file:
        table = pd.DataFrame(json.load(file))
    kinds = table["typ"].map({0: "chemical", 2: "gap"})
    return records(table["pre"].str.strip(), table["post"].str.strip(), kinds, table["syn"].map(len))


def varshney2011():
    mat = loadmat(path("Varshney2011", "ConnOrdered_040903.mat"))
    labels = [str(cell[0]).strip() for cell in mat["Neuron_ordered"].ravel()]
    matrices = {"A_init_t_ordered": "chemical", "Ag_t_ordered": "gap"}
    return pd.concat([from_matrix(mat[name].toarray(), labels, labels, kind) for name, kind in matrices.items()])


def uzel2022():
    with h5py.File(path("Uzel2022", "Order279.mat")) as file:
        labels = ["".join(map(chr, file[cell][:].ravel())).strip() for cell in file["Order279"][:].ravel()]
    with h5py.File(path("Uzel2022", "Neuro279_Syn.mat")) as file:
        matrix = file["Neuro279_Syn"][:].T
    return from_matrix(matrix, labels, labels, "chemical")


def wormneuroatlas():
    with h5py.File(path("Randi2023", "aconnectome_default.h5")) as file:
        matrices = {"chemical": file["chem"][:].T, "gap": file["gap"][:].T}
    return pd.concat([from_matrix(matrix, LABELS, LABELS, kind) for kind, matrix in matrices.items()])


ANNOTATIONS = {
    "cook2019": cook2019,
    "chklovskii": chklovskii,
    "openworm": openworm,
    "white1986_whole": lambda: edge_list("aconnectome_white_1986_whole.csv"),
    "white1986_n2u": lambda: edge_list("aconnectome_white_1986_A.csv"),
    "white1986_jse": lambda: nemanode("white_1986_jse.json"),
    "witvliet2020_7": lambda: nemanode("witvliet_2020_7.json"),
    "varshney2011": varshney2011,
    "uzel2022": uzel2022,
    "wormneuroatlas": wormneuroatlas,
}
CONSENSUS = list(ANNOTATIONS)[:7]
SUMMED = {"white1986_jse", "witvliet2020_7"}


def edges_of(annotation, table):
    """One row per pair and kind: repeats summed, a gap junction once with the larger of its two directions."""
    table = table[table["kind"].notna() & table["weight"].notna() & (table["weight"] != 0)]
    names = {name: canonical(name) for name in pd.unique(pd.concat([table["pre_raw"], table["post_raw"]]))}
    pre, post = table["pre_raw"].map(names), table["post_raw"].map(names)
    flipped = (table["kind"] == "gap") & (pre > post)
    table = pd.DataFrame({
        "pre_cell": pre.where(~flipped, post),
        "post_cell": post.where(~flipped, pre),
        "kind": table["kind"],
        "flipped": flipped,
        "weight": table["weight"].astype(float),
    })
    key = ["pre_cell", "post_cell", "kind"]
    directed = table.groupby([*key, "flipped"])["weight"].agg(["sum", "size"]).reset_index()
    merged = directed.groupby(key).agg(weight=("sum", "max"), n_records=("size", "sum")).reset_index()
    merged.insert(0, "annotation_id", annotation)
    return merged


def published_weights(annotation, table):
    """Chemical and gap weights between names spelled as in the list, as the published procedure keeps them."""
    table = table[table["pre_raw"].isin(LABELS) & table["post_raw"].isin(LABELS) & (table["weight"] != 0)]
    if annotation == "chklovskii":
        table = table[table["type"] != "S"]
    pairs = table.groupby(["kind", "pre_raw", "post_raw"], sort=False)["weight"]
    merged = (pairs.sum() if annotation in SUMMED else pairs.first()).reset_index()
    chemical = {(row.pre_raw, row.post_raw): row.weight for row in merged.itertuples() if row.kind == "chemical"}
    listed = merged if annotation in SUMMED else table
    listings = {}
    for row in listed[listed["kind"] == "gap"].itertuples():
        listings.setdefault(frozenset((row.pre_raw, row.post_raw)), []).append(row.weight)
    return chemical, {pair: np.mean(weights) for pair, weights in listings.items()}


def consensus(tables):
    weights = {name: published_weights(name, tables[name]) for name in CONSENSUS}
    rows = []
    for pre in LABELS:
        for post in LABELS:
            chemical = {n: np.float32(c[pre, post]) for n, (c, _) in weights.items() if (pre, post) in c}
            pair = frozenset((pre, post))
            gap = {n: np.float32(g[pair]) for n, (_, g) in weights.items() if pair in g}
            if not chemical and not gap:
                continue
            chemicals = np.array(list(chemical.values()), float)
            gaps = np.array(list(dict.fromkeys(gap.values())), float)
            both = len(chemicals) > 0 and len(gaps) > 0
            rows.append((
                pre,
                post,
                gaps.mean() if len(gaps) else None,
                chemicals.mean() if len(chemicals) else None,
                0.9 * chemicals.std() + 0.1 * gaps.std() if both else None,
                str(sorted(set(chemical) | set(gap))),
            ))
    columns = ["from_neuron", "to_neuron", "mean_gap_weight", "mean_chem_weight", "uncertainty", "data_sources"]
    return pd.DataFrame(rows, columns=columns)


os.makedirs(OUT, exist_ok=True)
TABLES = {name: read() for name, read in ANNOTATIONS.items()}
EDGES = pd.concat([edges_of(name, table) for name, table in TABLES.items()])
EDGES.to_parquet(os.path.join(OUT, "edge.parquet"), compression="zstd", index=False)
consensus(TABLES).to_parquet(os.path.join(OUT, "consensus.parquet"), compression="zstd", index=False)
