/* What `derive` computes of one run's series, by plain loops: the ceiling of the benchmark.
 *
 * The gate for glitches only says whether there is anything to repair, as for nearly all runs there
 * is not. Times rise strictly; what is not known is NaN. `room` holds 6 * (n + seconds + 8) doubles.
 */
#include <math.h>
#include <string.h>

#define WINDOWS 11

typedef struct {
    double flat_m;       /* NaN: altitude not known */
    double efforts_s[9]; /* NaN: the run is shorter */
    double curve_m[29];
    int suspect; /* 1 tail, 2 ghost way, 4 stall, 8 leap, 16 cliff, 32 heart rate */
} found;

static double least(double a, double b) { return a < b ? a : b; }
static double most(double a, double b) { return a > b ? a : b; }

/* Indices of samples whose distance is known; the distance never falls. */
static int way(int n, const double *t, const double *d, double *time, double *metres) {
    int k = 0;
    double highest = -INFINITY;
    for (int i = 0; i < n; i++)
        if (isfinite(d[i])) {
            highest = most(highest, d[i]);
            time[k] = t[i];
            metres[k++] = highest;
        }
    return k;
}

static int by_second(int n, const double *time, const double *metres, double *along) {
    double first = floor(time[0]);
    int seconds = (int)(ceil(time[n - 1]) - first) + 1;
    for (int s = 0, k = 0; s < seconds; s++) {
        double at = first + s;
        while (k < n - 2 && time[k + 1] <= at) k++;
        double share = (at - time[k]) / (time[k + 1] - time[k]);
        along[s] = metres[k] + least(most(share, 0), 1) * (metres[k + 1] - metres[k]);
    }
    return seconds;
}

static double furthest(int seconds, const double *along, int window) {
    double best = 0;
#pragma omp simd reduction(max : best)
    for (int s = 0; s < seconds - window; s++) {
        double metres = along[s + window] - along[s];
        best = metres > best ? metres : best;
    }
    return best;
}

/* Both directions by two pointers: from each sample on, and to each sample. */
static double fastest(int n, const double *time, const double *metres, double distance) {
    double best = INFINITY;
    for (int i = 0, k = 0; i < n && metres[i] + distance <= metres[n - 1]; i++) {
        double at = metres[i] + distance;
        while (k < n - 2 && metres[k + 1] <= at) k++;
        if (time[k] - time[i] >= best || metres[k + 1] == metres[k]) continue;
        double share = (at - metres[k]) / (metres[k + 1] - metres[k]);
        best = least(best, time[k] + share * (time[k + 1] - time[k]) - time[i]);
    }
    for (int i = 0, k = 0; i < n; i++) {
        double at = metres[i] - distance;
        if (at < metres[0]) continue;
        while (k < n - 2 && metres[k + 1] <= at) k++;
        if (time[i] - time[k + 1] >= best) continue;
        double share = (at - metres[k]) / (metres[k + 1] - metres[k]);
        best = least(best, time[i] - time[k] - share * (time[k + 1] - time[k]));
    }
    return best;
}

static double flat(int n, const double *d, const double *alt, double *metres, double *height,
                   double *grid) {
    int known = 0, k = 0;
    double highest = -INFINITY;
    for (int i = 0; i < n; i++)
        if (isfinite(alt[i]) && isfinite(d[i])) {
            known++;
            if (d[i] > highest) {
                highest = d[i];
                metres[k] = d[i];
                height[k++] = alt[i];
            }
        }
    if (n < 2 || known < 0.8 * n || k < 2) return NAN;
    double length = metres[k - 1] - metres[0];
    if (length < 100) return NAN;
    int cells = (int)most(nearbyint(length / 10), 2);
    double step = length / cells;
    for (int g = 0, j = 0; g <= cells; g++) {
        double at = metres[0] + g * step;
        while (j < k - 2 && metres[j + 1] <= at) j++;
        double share = (at - metres[j]) / (metres[j + 1] - metres[j]);
        grid[g + 2] = height[j] + share * (height[j + 1] - height[j]);
    }
    double *h = grid + 2; /* odd reflection at both ends */
    for (int r = 1; r <= 2; r++) {
        h[-r] = 2 * h[0] - h[r];
        h[cells + r] = 2 * h[cells] - h[cells - r];
    }
    double total = 0, before = NAN;
    for (int g = 0; g <= cells; g++) {
        double smooth = (h[g - 2] + h[g - 1] + h[g] + h[g + 1] + h[g + 2]) / 5;
        if (g) {
            double grade = least(most((smooth - before) / step, -0.20), 0.15);
            total += (1 + 2.2 * grade + 15 * grade * grade) * step;
        }
        before = smooth;
    }
    return total + metres[0];
}

static int odd_heart(int n, const double *t, const double *hr, const double *cadence) {
    int first = -1, last = -1, near = 0, held = -1, beats = -1;
    for (int i = 0; i <= n; i++) {
        int close = i < n && cadence && fabs(hr[i] - cadence[i]) <= 3 && cadence[i] >= 120;
        if (first >= 0 && (i == n || (close && t[i] - t[last] > 30))) {
            if (t[last] - t[first] >= 240 && near >= 0.9 * (last - first + 1)) return 1;
            first = -1;
        }
        if (close) {
            if (first < 0) first = i, near = 0;
            last = i;
            near++;
        }
        if (i == n || !isfinite(hr[i])) continue;
        if (hr[i] < 25) return 1;
        if (held < 0 || hr[i] != hr[beats]) held = i;
        beats = i;
        if (t[i] - t[held] >= 900) return 1;
    }
    return 0;
}

void derive(int n, const double *t, const double *d, const double *hr, const double *alt,
            const double *cadence, const double *standard_m, const int *curve_s,
            const int *windows_s, const double *windows_m, double *room, found *out) {
    memset(out, 0, sizeof *out);
    double *time = room, *metres = room + n, *along = room + 2 * n;
    int k = way(n, t, d, time, metres);
    int seconds = by_second(k, time, metres, along);
    double *spare = along + seconds;

    int still = k - 1;
    while (still > 0 && metres[still] >= metres[k - 1] - 0.1 * (t[n - 1] - time[still])) still--;
    if (t[n - 1] - time[still] >= 600) out->suspect |= 1;
    for (int i = 1; i < k; i++) {
        double step_s = time[i] - time[i - 1], step_m = metres[i] - metres[i - 1];
        if (step_s > 60 && step_m > most(100, step_s)) out->suspect |= 2;
        if (step_m >= 45 && step_m > 13.6 * step_s) out->suspect |= 4;
    }
    for (int w = 0; w < WINDOWS; w++)
        if (windows_s[w] < seconds && furthest(seconds, along, windows_s[w]) > windows_m[w])
            out->suspect |= 8;
    if (alt)
        for (int i = 1, at = isfinite(alt[0]) ? 0 : -1; i < n; i++)
            if (isfinite(alt[i])) {
                double step = at < 0 ? 0 : fabs(alt[i] - alt[at]);
                if (step >= 25 && step > 3 * (t[i] - t[at])) out->suspect |= 16;
                at = i;
            }
    if (hr && odd_heart(n, t, hr, cadence)) out->suspect |= 32;

    double length = metres[k - 1] - metres[0];
    for (int e = 0; e < 9; e++)
        out->efforts_s[e] = standard_m[e] <= length ? fastest(k, time, metres, standard_m[e]) : NAN;
    for (int c = 0; c < 29; c++)
        out->curve_m[c] = curve_s[c] < seconds ? furthest(seconds, along, curve_s[c]) : NAN;
    out->flat_m = alt ? flat(n, d, alt, spare, spare + n, spare + 2 * n) : NAN;
}
