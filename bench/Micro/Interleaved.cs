namespace MediaEngine.Bench.Micro;

/// <summary>Side by side in one process, round by round in turn, so that what disturbs one disturbs the other.</summary>
internal static class Interleaved
{
    public const int Passes = 5;

    private const int WarmUpRounds = 3;

    /// <summary>A row per measure and peer; the measures are protect, or protect and unprotect.</summary>
    public static IEnumerable<Row> Compare(string[] measures, Func<Figures> ours, IReadOnlyList<Side> peers, int rounds)
    {
        Comparison[][] comparisons =
        [
            .. measures.Select(measure => peers.Select(peer => new Comparison(measure, peer.Name, peer.Goal)).ToArray()),
        ];
        for (int pass = 0; pass < Passes; pass++)
        {
            List<double>[,] samples = new List<double>[measures.Length, peers.Count + 1];
            for (int round = -WarmUpRounds; round < rounds; round++)
            {
                for (int side = 0; side <= peers.Count; side++)
                {
                    Figures times = side < peers.Count ? peers[side].Round() : ours();
                    for (int measure = 0; measure < measures.Length && round >= 0; measure++)
                        (samples[measure, side] ??= []).Add(times[measure]);
                }
            }
            for (int measure = 0; measure < measures.Length; measure++)
            {
                for (int peer = 0; peer < peers.Count; peer++)
                    comparisons[measure][peer].AddPass(samples[measure, peers.Count], samples[measure, peer]);
            }
        }
        return comparisons.SelectMany(measure => measure).Select(comparison => comparison.ToRow());
    }

    /// <summary>A figure of our own: the median of its rounds.</summary>
    public static double Median(Func<double> round, int rounds)
    {
        var samples = new List<double>();
        for (int i = -WarmUpRounds; i < rounds; i++)
        {
            double sample = round();
            if (i >= 0)
                samples.Add(sample);
        }
        return Comparison.Median(samples);
    }
}
