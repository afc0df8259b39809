namespace MediaEngine.Bench.Micro;

/// <summary>Ours and a peer's figures for one measure, pass by pass; a pass is judged by its medians.</summary>
internal sealed class Comparison(string measure, string peer, double? goal)
{
    private readonly List<double> _ours = [];
    private readonly List<double> _theirs = [];
    private readonly List<double> _ratios = [];

    public void AddPass(List<double> ours, List<double> theirs)
    {
        _ours.Add(Median(ours));
        _theirs.Add(Median(theirs));
        _ratios.Add(_ours[^1] / _theirs[^1]);
    }

    public Row ToRow()
    {
        double ratio = Math.Round(Median(_ratios), 3);
        return new Row(
            measure, Math.Round(Median(_ours), 1), "ns/packet", peer, Math.Round(Median(_theirs), 1), ratio, goal,
            goal is null ? null : ratio <= goal);
    }

    public static double Median(List<double> samples)
    {
        double[] sorted = [.. samples.Order()];
        return sorted[sorted.Length / 2];
    }
}
