using MediaEngine.Sip;

namespace MediaEngine.Mcx;

/// <summary>A registration as <see cref="RegistrationTable"/> keeps it.</summary>
internal sealed class RegisteredClient(Registration registration)
{
    public Registration Registration { get; set; } = registration;

    /// <summary>What the client is reached over; null for a connection that closed, and for what came from the store.</summary>
    public SipFlow? Flow { get; set; }

    public bool IsRestored { get; set; }

    /// <summary>In <see cref="ExpiryHeap"/>.</summary>
    public int Place { get; set; }

    /// <summary>The clients of the same connection; null at the ends.</summary>
    public RegisteredClient? Before { get; set; }

    public RegisteredClient? After { get; set; }
}
