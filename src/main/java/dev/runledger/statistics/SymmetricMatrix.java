package dev.runledger.statistics;

/** The little linear algebra that least squares needs. */
final class SymmetricMatrix {
    /** A pivot below this share of its own column's square is rounding. */
    private static final double ROUNDING_TOLERANCE = 1e-9;

    private SymmetricMatrix() {}

    /**
     * The inverse of a positive semidefinite matrix by Gauss and Jordan. A column that is a combination of those before it has
     * zeros there, as if it had been left out.
     */
    static double[][] inverse(double[][] matrix) {
        int size = matrix.length;
        double[][] left = new double[size][];
        double[][] right = new double[size][size];
        for (int i = 0; i < size; i++) {
            left[i] = matrix[i].clone();
            right[i][i] = 1;
        }
        boolean[] redundant = new boolean[size];
        for (int pivot = 0; pivot < size; pivot++) {
            redundant[pivot] = !(left[pivot][pivot] > ROUNDING_TOLERANCE * matrix[pivot][pivot]);
            if (!redundant[pivot]) {
                eliminate(left, right, pivot);
            }
        }
        for (int i = 0; i < size; i++) {
            for (int j = 0; j < size; j++) {
                right[i][j] = redundant[i] || redundant[j] ? 0 : right[i][j];
            }
        }
        return right;
    }

    private static void eliminate(double[][] left, double[][] right, int pivot) {
        int size = left.length;
        double scale = left[pivot][pivot];
        for (int j = 0; j < size; j++) {
            left[pivot][j] /= scale;
            right[pivot][j] /= scale;
        }
        for (int i = 0; i < size; i++) {
            double factor = left[i][pivot];
            for (int j = 0; i != pivot && factor != 0 && j < size; j++) {
                left[i][j] -= factor * left[pivot][j];
                right[i][j] -= factor * right[pivot][j];
            }
        }
    }
}
