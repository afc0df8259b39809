namespace MediaEngine.Srtp;

/// <summary>
/// The number of AES rounds as a type, so that the compiler makes straight-line code for each key length.
/// </summary>
internal interface IAesRounds
{
    static abstract int Count { get; }
}

/// <summary>AES-128.</summary>
internal readonly struct Aes128Rounds : IAesRounds
{
    public static int Count => 10;
}

/// <summary>AES-256.</summary>
internal readonly struct Aes256Rounds : IAesRounds
{
    public static int Count => 14;
}
