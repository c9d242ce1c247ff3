"""Reads sample files with openpyxl, xlrd, scipy and h5py; prints what it finds as JSON. Argument: the folder celegans/."""

import json
import sys
from pathlib import Path

import h5py
import openpyxl
import scipy.io
import xlrd

root = Path(sys.argv[1])


def matrix_edges(rows, label_row, first_row, transposed):
    """Non-zero cells of a labelled matrix as {"pre post": weight}; labels in column C, values from column D."""
    labels = rows[label_row]
    edges = {}
    for row in rows[first_row:]:
        if row[2] is None:
            continue
        for column in range(3, len(labels)):
            weight = row[column]
            if labels[column] is None or weight in (None, 0):
                continue
            pre, post = (labels[column], row[2]) if transposed else (row[2], labels[column])
            edges[f"{pre} {post}"] = weight
    return edges


def xlsx(name):
    book = openpyxl.load_workbook(root / name, data_only=True)
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book}


def xls(name):
    book = xlrd.open_workbook(root / name)
    return {sheet.name: [sheet.row_values(row) for row in range(sheet.nrows)] for sheet in book.sheets()}


def square(matrix, labels):
    """Non-zero values of a square matrix as {"row column": value}."""
    return {
        f"{labels[row]} {labels[column]}": float(matrix[row][column])
        for row in range(len(labels))
        for column in range(len(labels))
        if matrix[row][column] != 0
    }


cook = xlsx("Cook2019/SI 5 Connectome adjacency matrices, corrected July 2020.xlsx")
witvliet = xlsx("Witvliet2020/synapse_count_matrices.xlsx")
neuron_connect = xls("Chklovskii/NeuronConnect.xls")
openworm = xls("OpenWorm/CElegansNeuronTables.xls")

varshney = scipy.io.loadmat(root / "Varshney2011/ConnOrdered_040903.mat")
varshney_labels = [str(cell[0][0]) for cell in varshney["Neuron_ordered"]]

with h5py.File(root / "Uzel2022/Order279.mat") as file:
    cells = file["Order279"][()].ravel()
    uzel_labels = ["".join(chr(unit) for unit in file[cell][()].ravel()) for cell in cells]
    uzel_class = file["Order279"].attrs["MATLAB_class"].decode()
with h5py.File(root / "Uzel2022/Neuro279_Syn.mat") as file:
    uzel = file["Neuro279_Syn"][()].T

labels = json.loads((root / "neuron_labels_300.json").read_text())
with h5py.File(root / "Randi2023/aconnectome_default.h5") as file:
    atlas = {name: {"dtype": str(file[name].dtype), "edges": square(file[name][()].T, labels)} for name in file}

print(
    json.dumps(
        {
            "cook": {
                "sheets": list(cook),
                "chemical": matrix_edges(cook["hermaphrodite chemical"], 2, 3, False),
                "gap": matrix_edges(cook["hermaphrodite gap jn symmetric"], 2, 3, False),
            },
            "witvliet": {name: matrix_edges(rows, 2, 4, True) for name, rows in witvliet.items()},
            "neuronConnect": {"sheets": list(neuron_connect), "rows": neuron_connect["NeuronConnect.csv"]},
            "openworm": {"sheets": list(openworm), "rows": openworm["Connectome"]},
            "varshney": {
                "chemical": square(varshney["A_init_t_ordered"].toarray(), varshney_labels),
                "gap": square(varshney["Ag_t_ordered"].toarray(), varshney_labels),
            },
            "uzel": {"class": uzel_class, "chemical": square(uzel, uzel_labels)},
            "atlas": atlas,
        }
    )
)
