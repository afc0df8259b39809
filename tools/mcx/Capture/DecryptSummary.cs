namespace MediaEngine.Tool;

/// <summary>What <see cref="CaptureDecryptor"/> did with the packets of a capture.</summary>
/// <param name="Media">SRTP packets turned into RTP.</param>
/// <param name="Floor">SRTCP packets turned into RTCP.</param>
/// <param name="Failed">Packets that named a known key and did not authenticate under it; copied as they were.</param>
/// <param name="Copied">Everything else.</param>
/// <param name="FloorPorts">Server-side and client-side ports on which floor control was seen.</param>
public sealed record DecryptSummary(int Media, int Floor, int Failed, int Copied, IReadOnlyCollection<int> FloorPorts);
