namespace MediaEngine.Bench;

/// <summary>One line of a benchmark's answer; the form every benchmark command prints with --json.</summary>
internal sealed record Row(
    string Measure, double? Value, string Unit, string Peer, double? PeerValue, double? Ratio, double? Goal, bool? Met);
