using System.Net;

namespace MediaEngine.Tool;

/// <summary>A Map Group To Bearer: where a group's call is to be heard (TS 24.380 8.4.4).</summary>
/// <param name="Group">As the server writes it.</param>
/// <param name="Ssrc">Of who said so; only the same one can take it back.</param>
internal sealed record GroupMapping(string Group, uint Ssrc, IPEndPoint Media, IPEndPoint Floor);
