namespace MediaEngine.Keys;

/// <summary>KV: how a key data sub-payload says when its key applies (RFC 3830 6.14).</summary>
public enum MikeyKeyValidity : byte
{
    None = 0,

    /// <summary>An SPI or MKI.</summary>
    Spi = 1,

    /// <summary>From and to.</summary>
    Interval = 2,
}
