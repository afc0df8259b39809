namespace MediaEngine.Mcx;

/// <summary>Who sent a request that was authorised.</summary>
internal readonly struct RequestSender(McUser? user)
{
    /// <summary>Throws when the method's <see cref="Admission"/> identifies nobody.</summary>
    public McUser User => user ?? throw new InvalidOperationException("Nobody was identified.");
}
