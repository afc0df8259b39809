namespace MediaEngine.Bench.Micro;

/// <summary>What the measures must reach.</summary>
internal static class Goals
{
    /// <summary>Our full path may cost this much of the framework's bare AES-GCM.</summary>
    public const double AgainstAesGcm = 1.10;
}
