namespace MediaEngine.Keys;

/// <summary>CS ID values (TS 33.180 Table E.1.3-1).</summary>
public enum CryptoSession : byte
{
    /// <summary>What the initiator of a private call sends, under a PCK.</summary>
    McpttPrivateInitiator = 0,

    /// <summary>What the receiver of a private call sends, under a PCK.</summary>
    McpttPrivateReceiver = 1,

    McvideoPrivateInitiator = 2,
    McvideoPrivateReceiver = 3,

    /// <summary>Group media under a GMK.</summary>
    McpttGroupCall = 4,

    McvideoGroupCall = 5,

    /// <summary>SRTCP under a CSK.</summary>
    McpttClientServer = 6,

    /// <summary>SRTCP under a MuSiK.</summary>
    McpttMulticastSignalling = 7,

    McvideoClientServer = 8,
    McvideoMulticastSignalling = 9,
}
