namespace MediaEngine.Mcx;

/// <summary>A bearer that clients may listen to.</summary>
/// <param name="GeneralPurposeLine">
/// GPMS: the number, from 1, of the media line of the general purpose subchannel in the session description beside it.
/// </param>
public sealed record MbmsAnnouncement(Tmgi Tmgi, byte GeneralPurposeLine);
